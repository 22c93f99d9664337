// SPDX-License-Identifier: Apache-2.0
// biome-ignore-all assist/source/organizeImports: grouped for those who read it
/** The public names of @tfjs-clip/training. */

// Data.
export type { BatchSource, TrainingBatch } from './batch.js';
export type { BatchOptions, CaptionAugmentation } from './data/batchOptions.js';
export { batchesOf } from './data/batches.js';
export type { BrokenRecord, FileDataset, ImageTextDataset, ImageTextRecord, Pass } from './data/dataset.js';
export { datasetOf, type Example } from './data/datasetOf.js';
export {
  type AnnotationOptions,
  type KarpathyOptions,
  openCOCO,
  openKarpathy,
} from './data/formats/annotations.js';
export type { ColumnOptions } from './data/formats/columns.js';
export { type CSVOptions, openCSV } from './data/formats/csv.js';
export { type ClassFolderOptions, openCaptionFiles, openClassFolders } from './data/formats/folders.js';
export { openJSONRecords, type TableOptions } from './data/formats/jsonRecords.js';
export { openWebDataset, type WebDatasetOptions } from './data/formats/webDataset.js';
export { type OpenDatasetOptions, openDataset } from './data/openDataset.js';
export { permutation, type Random, randomFor } from './random.js';

// Pictures and captions changed at random.
export { type ContactSheetOptions, contactSheet } from './augmentation/preview/contactSheet.js';
export {
  type CaptionConfig,
  type CaptionOptions,
  captionAugmentation,
  type TagOptions,
} from './augmentation/captions/captionAugmentation.js';
export {
  type ExtraCaptions,
  readExtraCaptions,
  unmatchedNames,
} from './augmentation/captions/extraCaptions.js';
export { CAPTION_PRESETS, type CaptionPreset } from './augmentation/captions/presets.js';
export {
  type AugmentationConfig,
  type AugmentationStep,
  type AugmentationSteps,
  imageAugmentation,
} from './augmentation/imageAugmentation.js';
export { AUGMENTATION_PRESETS, type AugmentationPreset } from './augmentation/presets.js';
export type { ImageAugmentation } from './augmentation/step.js';

// What is minimised.
export { contrastiveObjective, multiPositiveObjective } from './objectives/contrastive.js';
export type { EmbeddedBatch, Objective } from './objectives/objective.js';
export { sigmoidObjective } from './objectives/sigmoid.js';

// What trains.
export { LoraAdapter, type LoraPair, lora } from './adaptation/lora.js';
export { type LoraFiles, loadLora, loraFiles, saveLora } from './adaptation/loraFiles.js';
export type { LoraOptions, LoraScaling } from './adaptation/loraOptions.js';
export {
  type LastLayers,
  lastLayers,
  lockImageTower,
  lockTextTower,
  namedParts,
  type TowerName,
} from './adaptation/parts.js';
export { countParameters, type Trainable, weightsOf } from './adaptation/trainable.js';

// What is learnt from frozen features.
export { type FeatureKind, type ImageFeaturesOptions, imageFeatures } from './adaptation/imageFeatures.js';
export { type ProbeFit, LinearProbe, toImageClassifier } from './adaptation/linearClassifier.js';
export { type LinearProbeOptions, linearProbe } from './adaptation/linearProbe.js';

// Between the original and what was trained.
export { interpolateWeights, type SweepPoint, sweepInterpolation } from './adaptation/weightInterpolation.js';

// Gradients.
export { clipGradients, globalNorm } from './gradients/clipGradients.js';
export type { LossAndGradients } from './gradients/gradientsOf.js';
export { allParameters, lossAndGradients } from './gradients/lossAndGradients.js';

// Steps.
export { AdamW, type AdamWOptions } from './optimizer/adamW.js';
export { ExponentialMovingAverage } from './optimizer/exponentialMovingAverage.js';
export {
  learningRateSchedule,
  SCHEDULES,
  type Schedule,
  type ScheduleName,
  type ScheduleOptions,
} from './optimizer/learningRate.js';
export { decays, layerwiseScale } from './optimizer/parameterGroups.js';

// How good it is.
export { buildZeroShotClassifier } from './evaluation/buildZeroShotClassifier.js';
export { ClassificationTally, type ClassResult } from './evaluation/classificationTally.js';
export {
  type ClassificationPageContent,
  classificationPage,
  type MistakenPicture,
} from './evaluation/classificationPage.js';
export { confusionOrder } from './evaluation/confusionOrder.js';
export { confusionPicture } from './evaluation/confusionPicture.js';
export type { ClassOptions } from './evaluation/embedClasses.js';
export type { PictureOptions } from './evaluation/embedPictures.js';
export {
  evaluateRetrieval,
  type RetrievalEvaluation,
  type RetrievalOptions,
  type RetrievalStage,
} from './evaluation/evaluateRetrieval.js';
export {
  captionLabel,
  evaluateZeroShot,
  fileNameLabel,
  type LabelOf,
  labelsOf,
  type Prediction,
  type ZeroShotEvaluationOptions,
} from './evaluation/evaluateZeroShot.js';
export { rankAll, type RankOptions } from './evaluation/rankAll.js';
export { type Ranks, ranksOf } from './evaluation/ranks.js';
export * from './evaluation/retrievalMetrics.js';
export { SurestMistakes } from './evaluation/surestMistakes.js';
export { parseTemplates, TEMPLATES, type TemplateSet } from './evaluation/templates/index.js';
export { ZeroShotClassifier } from './evaluation/zeroShotClassifier.js';

// Runs.
export type {
  EpochLogs,
  EvaluationLogs,
  StepLogs,
  TrainingCallbacks,
  TrainStart,
} from './trainer/callbacks.js';
export { DivergenceError } from './trainer/errors.js';
export type { Best, Evaluation } from './trainer/evaluation.js';
export type { TrainOptions } from './trainer/options.js';
export { type ReportContent, reportHTML, type SamplePrediction } from './trainer/report/report.js';
export { samplePredictions } from './trainer/report/samplePredictions.js';
export { openRun, type RunOptions } from './trainer/runFolder/openRun.js';
export { readSettings, type Settings } from './trainer/runFolder/settings.js';
export type { LogEntry } from './trainer/runFolder/log.js';
export type { Checkpoint, Position, SavedState, TrainingRun } from './trainer/run.js';
export { type TrainingResult, train } from './trainer/train.js';
