// SPDX-License-Identifier: Apache-2.0
/** The texts of --help stand here whole: whoever changes one reads it, aloud if possible. */
import { createRequire } from 'node:module';
import path from 'node:path';
import { root, tfjsClip } from './command.js';

const help = `Usage: tfjs-clip [options] [command]

CLIP on the command line: says which of your labels fits a picture, and turns
pictures and texts into vectors that can be compared. Trains models, converts
and inspects their files, and fetches them from the Hugging Face hub.

Without --model it uses emoji-clip, a small model that comes along and knows
emoji and emoji-like pictures. On photographs it mostly guesses; name a real
CLIP for those.

Options:
  -V, --version              print the version
  -h, --help                 show this help

Commands:
  classify <image...>        say which of your labels fits a picture
  embed [image...]           turn pictures or texts into vectors
  train [dataset]            fine-tune a model on pictures and captions
  evaluate                   measure how good a model is
  inspect <source>           say what a model's files hold
  convert <source> <folder>  write a model in another format
  compare <image...>         measure what smaller weights cost
  download <id>              fetch a model from the hub into the cache
  cache                      show, tidy and check downloaded models
  bench                      measure how fast a model is here

Examples:
  $ tfjs-clip classify pizza.png --labels pizza,dog,rocket
  $ tfjs-clip embed pictures/ --out pictures.npy
  $ tfjs-clip train captions.csv --output runs/first
  $ tfjs-clip download openai/clip-vit-base-patch32
  $ tfjs-clip convert ViT-B-32.pt clip --to hf

A command's options, with examples: tfjs-clip classify --help

Environment:
  HF_HOME            where the Hugging Face cache is (~/.cache/huggingface)
  HF_HUB_CACHE       where its models are (hub/ within HF_HOME)
  HF_HUB_OFFLINE=1   use what is in the cache, and ask the hub for nothing
  HF_ENDPOINT        the address of a mirror of the hub
  HF_TOKEN           your access token, for gated models
  COLUMNS=60         draw this wide
  NO_COLOR=1         no colours
  TFJS_CLIP_DEBUG=1  stack traces with errors

Exit codes:
  0  all is well
  1  something could not be done: a picture that cannot be read, no such model
  2  the command line makes no sense

`;

const classifyHelp = `Usage: tfjs-clip classify [options] <image...>

Says which of your labels fits a picture best, with a probability for each
label. The probabilities of a picture sum to 100%: they weigh your labels
against each other, and do not say that any of them is right.

Arguments:
  image                       PNG, JPEG, WebP, GIF, BMP, TIFF or AVIF: files,
                              web addresses, folders (not their subfolders), or
                              - for standard input

Options:
  -l, --labels <list>         what the pictures may show, separated by commas
  --label <text>              one more label, which may contain commas; can be
                              repeated
  --labels-file <file>        a text file with one label a line
  -t, --template <text>       the sentence a label is put into, at {} (default:
                              "This is a photo of {}.")
  -n, --top <count>           show only the likeliest labels (default: all)
  --alpha-background <color>  put transparent pictures on this colour, such as
                              '#ffffff' (default: what the model asks for)
  -m, --model <id>            a folder, a web address, a Hugging Face id, or
                              emoji-clip (default: "emoji-clip")
  -b, --backend <name>        what to compute with, see below (default: the
                              fastest there is)
  --truncation                cut texts that are longer than the model's
                              context, instead of refusing them
  --json                      print one JSON document
  -q, --quiet                 only errors on standard error: no remarks, no
                              progress
  -h, --help                  show this help

Backends, of which the first that is installed and works is taken:
  tfjs-node-gpu  TensorFlow on an NVIDIA card, with CUDA 11.2
  tfjs-node      TensorFlow on the processor
  webgpu         any graphics card, through npm's webgpu
  wasm           the processor, with no native build; comes along
  cpu            plain JavaScript, slow; comes along

Examples:
  $ tfjs-clip classify pizza.png --labels pizza,dog,rocket
  $ tfjs-clip classify holiday/ --labels-file labels.txt --top 3 --json
  $ curl -s https://example.org/a.jpg | tfjs-clip classify - -l 'a cat,a dog'

JSON:
  {"model": …, "backend": …, "template": …, "pictures": [
    {"picture": "pizza.png", "labels": [{"label": "pizza", "score": 0.98}, …]},
    {"picture": "gone.png", "error": "…"}]}
  Labels come likeliest first; pictures that cannot be read come last.

Exit codes:
  0  all is well
  1  something could not be done: a picture that cannot be read, no such model
  2  the command line makes no sense

`;

const embedHelp = `Usage: tfjs-clip embed [options] <image...>
       tfjs-clip embed [options] --text <text...>

Turns pictures or texts into vectors of one space, in which what belongs
together is close. Without --out they go to standard output as JSON lines.

Arguments:
  image                       PNG, JPEG, WebP, GIF, BMP, TIFF or AVIF: files,
                              web addresses, folders (not their subfolders), or
                              - for standard input

Options:
  --text <text...>            embed these texts instead of pictures
  -o, --out <file>            write to this file, whose ending says how: .npy or
                              .jsonl
  --normalize                 divide each vector by its length, so that dot
                              products are cosines
  --alpha-background <color>  put transparent pictures on this colour, such as
                              '#ffffff' (default: what the model asks for)
  -m, --model <id>            a folder, a web address, a Hugging Face id, or
                              emoji-clip (default: "emoji-clip")
  -b, --backend <name>        what to compute with, see below (default: the
                              fastest there is)
  --truncation                cut texts that are longer than the model's
                              context, instead of refusing them
  --json                      print one JSON document
  -q, --quiet                 only errors on standard error: no remarks, no
                              progress
  -h, --help                  show this help

Backends, of which the first that is installed and works is taken:
  tfjs-node-gpu  TensorFlow on an NVIDIA card, with CUDA 11.2
  tfjs-node      TensorFlow on the processor
  webgpu         any graphics card, through npm's webgpu
  wasm           the processor, with no native build; comes along
  cpu            plain JavaScript, slow; comes along

Examples:
  $ tfjs-clip embed pictures/ --normalize --out pictures.npy
  $ tfjs-clip embed --text 'a pizza' 'a dog' --normalize --out texts.npy
  $ tfjs-clip embed cat.jpg >> vectors.jsonl

Files:
  .npy    float32, a row for each picture or text, in the order given and within
          folders by name; not written if one cannot be read, since then rows and
          names would not match
  .jsonl  a line for each: {"picture": "cat.jpg", "embedding": [0.1, …]}, or "text"

JSON:
  {"model": …, "backend": …, "normalized": false, "embeddings": [
    {"picture": "cat.jpg", "embedding": [0.1, …]}, {"picture": "gone.png", "error": "…"}]}

Exit codes:
  0  all is well
  1  something could not be done: a picture that cannot be read, no such model
  2  the command line makes no sense

`;

const trainHelp = `Usage: tfjs-clip train [options] <dataset> --output <folder>
       tfjs-clip train --resume <folder>

Teaches a model which captions go with which pictures. The run is kept in a
folder: checkpoints, which transformers opens too, a log of each step as JSON
lines and for TensorBoard, and report.html with its curves. Ctrl+C ends it with
a checkpoint; --resume goes on, to the same numbers as without the break.

Arguments:
  dataset                       a file or folder, see below

Options:
  -o, --output <folder>         the folder of the run, which must not be there
                                or be empty
  --resume <folder>             go on with the run in this folder, as it was
                                begun
  --preview <file>              only draw pictures and captions as the model
                                would see them, as PNG
  --image-root <folder>         where the pictures are (default: where the
                                dataset is)
  --image-column <name>         of a table or of JSON lines (default: found by
                                its name)
  --caption-column <name>       likewise
  --split <name>                of Karpathy's files (default: train; of --eval
                                always val)
  --augment <preset>            change pictures at random: none, rsicd, emoji, a
                                JSON file, or JSON (default: "none")
  --augment-captions <preset>   put captions another way at random: none, emoji,
                                a JSON file, or JSON (default: "none")
  --extra-captions <file>       more captions, by the names of the pictures that
                                they are of
  --captions <how>              of several: sample one each time, or all
                                (default: "sample")
  --train <what>                what learns, see below (default: "all")
  --random-weights              begin with random weights in the model's shape,
                                not with its own
  --epochs <count>              passes over the dataset (default: 3)
  --steps <count>               batches, instead of epochs
  --batch-size <count>          pictures in a batch (default: 64)
  --chunk-size <count>          pictures that need memory at once (default: all
                                of a batch)
  --learning-rate <number>      after the warm-up (default: 0.00005)
  --warmup <steps>              steps of growing learning rate, or a part of
                                all: '10%' (default: 0)
  --schedule <name>             how the rate falls: constant, linear, cosine
                                (default: "linear")
  --weight-decay <number>       AdamW's (default: 0.1)
  --adam-beta2 <number>         AdamW's; CLIP itself took 0.98 (default: 0.999)
  --max-gradient-norm <number>  scale larger gradients down to it (default: 1)
  --layer-decay <number>        of the rate from each layer to the one before
                                (default: 1)
  --ema <decay>                 save and evaluate an average of the weights,
                                such as 0.999
  --objective <name>            what is minimised: contrastive, multi-positive,
                                sigmoid (default: "contrastive")
  --gradient-checkpointing      less memory, more time, the same numbers
  --seed <number>               of all that is random (default: 42)
  --eval <dataset>              measure retrieval on these pictures and
                                captions, and keep the best
  --eval-every <steps>          how often (default: once an epoch)
  --patience <count>            end after so many evaluations without a better
                                one
  --save-every <steps>          how often to write a checkpoint (default: once
                                an epoch)
  --keep <count>                how many checkpoints to keep, besides the best
                                one (default: 2)
  -m, --model <id>              a folder, a web address, a Hugging Face id, or
                                emoji-clip (default: "emoji-clip")
  -b, --backend <name>          what to compute with, see below (default: the
                                fastest there is)
  --json                        print one JSON document
  -q, --quiet                   only errors on standard error: no remarks, no
                                progress
  -h, --help                    show this help

Backends, of which the first that is installed and works is taken:
  tfjs-node-gpu  TensorFlow on an NVIDIA card, with CUDA 11.2
  tfjs-node      TensorFlow on the processor
  webgpu         any graphics card, through npm's webgpu
  wasm           the processor, with no native build; comes along
  cpu            plain JavaScript, slow; comes along

What learns (--train):
  all     every weight
  text    the text tower; that of the pictures stays, and so do their vectors
  image   the image tower; that of the texts stays
  last:N  the last N layers of both towers, and what follows them
  lora:R  changes of rank R (8) to attention's queries and values: little memory;
          model/adapter is what PEFT opens

Examples:
  $ tfjs-clip train rsicd/train.jsonl --image-root rsicd/images --augment rsicd --output runs/rsicd
  $ tfjs-clip train captions.csv -m openai/clip-vit-base-patch32 --train lora:8 --eval test.csv -o runs/a
  $ tfjs-clip train captions.csv --augment rsicd --preview what-it-sees.png
  $ tfjs-clip train --resume runs/a

Datasets:
  .csv .tsv      a table; columns such as filepath and title are found by name
  .jsonl .json   a line a picture, COCO's annotations or Karpathy's splits
  a folder       of pictures with a .txt beside each, or of a folder a class
  {00..99}.tar   webdataset shards; give --steps, since nobody knows how many
                 records they have

The folder of a run:
  model/         what came out: the best checkpoint's model, or the last one's
  checkpoint-N/  a model, and all that training goes on from
  log.jsonl, events.out.tfevents.…, report.html, settings.json

Loss beside guessing:
  embeddings that say nothing have a loss of ln(batch size); a run that stays
  there learns nothing

JSON:
  {"output": …, "model": …, "reason": "finished", "step": 408, "epoch": 3,
   "best": {"step": 272, "value": 0.61}}

Exit codes:
  0  all is well
  1  something could not be done: a picture that cannot be read, no such model
  2  the command line makes no sense

`;

const inspectHelp = `Usage: tfjs-clip inspect [options] <source>

Says what a checkpoint is, which is a file of weights or the folder around it:
its class, its format and whose names it has, parameters by part, how they are
stored, and what keeps it from loading. Of weights on the hub or the web only
the lists of tensors are fetched, and nothing large is stored.

Arguments:
  source             a folder, a web address, a Hugging Face id, emoji-clip, or
                     a file of weights

Options:
  --revision <name>  a branch, a tag or a commit of a hub repository (default:
                     main)
  --json             print one JSON document
  -q, --quiet        only errors on standard error: no remarks, no progress
  -h, --help         show this help

Examples:
  $ tfjs-clip inspect openai/clip-vit-base-patch32
  $ tfjs-clip inspect ViT-B-32.pt
  $ tfjs-clip inspect clip/ --json | jq .total.parameters

JSON:
  {"name": …, "format": …, "scheme": …, "modelClass": …,
   "total": {"tensors": …, "parameters": …, "bytes": …},
   "parts": {"text": …, "vision": …}, "dtypes": {"F32": …}, "metadata": …,
   "config": …, "configSource": …, "notes": […], "problems": […],
   "fetched": {"bytes": 65536, "of": 605157884}}, or null if the weights are here
  The exit code is 1 if there are problems.

Exit codes:
  0  all is well
  1  something could not be done: a picture that cannot be read, no such model
  2  the command line makes no sense

`;

const convertHelp = `Usage: tfjs-clip convert [options] <source> <folder>

Converts the weights of a CLIP, whether Hugging Face's, OpenCLIP's or OpenAI's,
of PyTorch, Keras or Flax: the same numbers under other names. The files of its
tokenizer and image processor come along. The folder appears when all of it is
there.

Arguments:
  source                   a folder, a web address, a Hugging Face id,
                           emoji-clip, or a file of weights
  folder                   where to write; it must not be there yet, or be empty
                           (else see --force)

Options:
  --to <format>            what to write: hf, openclip, tfjs
  --dtype <type>           what to store numbers as: float32, float16, bfloat16,
                           int8, int4 (default: what the source has)
  --max-shard-size <size>  split the weights into files of at most this size,
                           such as 5GB (default: one file; tfjs's in 4 MiB)
  --revision <name>        a branch, a tag or a commit of a hub repository
                           (default: main)
  --force                  replace the model that is in the folder
  --json                   print one JSON document
  -q, --quiet              only errors on standard error: no remarks, no
                           progress
  -h, --help               show this help

Examples:
  $ tfjs-clip convert openai/clip-vit-base-patch32 clip --to hf --dtype float16
  $ tfjs-clip convert ViT-B-32.pt clip --to hf
  $ tfjs-clip convert clip clip-openclip --to openclip
  $ tfjs-clip convert clip page/clip --to tfjs

Formats:
  hf        config.json and model.safetensors, which transformers and tfjs-clip
            open; with --max-shard-size in several files
  openclip  open_clip_config.json and open_clip_model.safetensors
  tfjs      text/model.json and vision/model.json, for tf.loadLayersModel

Types:
  float32, float16, bfloat16 (not for tfjs)
  int8, int4: linear layers only, the rest as in the source. Smaller, and no
  longer the same numbers; only tfjs-clip reads them (--to hf). What that costs
  your pictures, tfjs-clip compare measures.

JSON:
  {"source": …, "format": …, "names": …, "modelClass": …, "to": …, "dtype": …,
   "folder": …, "notes": […], "files": [{"file": "config.json", "size": 1234}, …]}

Exit codes:
  0  all is well
  1  something could not be done: a picture that cannot be read, no such model
  2  the command line makes no sense

`;

const compareHelp = `Usage: tfjs-clip compare [options] <image...>

Measures what smaller weights cost a model, before you convert it: how large its
file becomes, how close the vectors of your pictures and labels stay to those of
the model as it is (1 is the same), and for how many pictures the likeliest
label stays the same. Give pictures and labels of the kind that the model is
for.

Arguments:
  image                       PNG, JPEG, WebP, GIF, BMP, TIFF or AVIF: files,
                              web addresses, folders (not their subfolders), or
                              - for standard input

Options:
  -l, --labels <list>         what the pictures may show, separated by commas
  --label <text>              one more label, which may contain commas; can be
                              repeated
  --labels-file <file>        a text file with one label a line
  -t, --template <text>       the sentence a label is put into, at {} (default:
                              "This is a photo of {}.")
  --dtype <type...>           what to measure, of float32, float16, bfloat16,
                              int8, int4 (default: all but float32)
  --alpha-background <color>  put transparent pictures on this colour, such as
                              '#ffffff' (default: what the model asks for)
  -m, --model <id>            a folder, a web address, a Hugging Face id, or
                              emoji-clip (default: "emoji-clip")
  -b, --backend <name>        what to compute with, see below (default: the
                              fastest there is)
  --truncation                cut texts that are longer than the model's
                              context, instead of refusing them
  --json                      print one JSON document
  -q, --quiet                 only errors on standard error: no remarks, no
                              progress
  -h, --help                  show this help

Backends, of which the first that is installed and works is taken:
  tfjs-node-gpu  TensorFlow on an NVIDIA card, with CUDA 11.2
  tfjs-node      TensorFlow on the processor
  webgpu         any graphics card, through npm's webgpu
  wasm           the processor, with no native build; comes along
  cpu            plain JavaScript, slow; comes along

Examples:
  $ tfjs-clip compare photos/ --labels 'a cat,a dog' -m openai/clip-vit-base-patch32
  $ tfjs-clip compare *.png --labels-file labels.txt --dtype float16 int8 --json

Types:
  what tfjs-clip convert --to hf --dtype TYPE writes; int8 and int4 are of linear
  layers, the rest is as in the source

JSON:
  {"model": …, "backend": …, "template": …, "pictures": 8, "labels": 3,
   "float32": {"bytes": …}, "failures": […], "compressed": [
    {"dtype": "int8", "bytes": …, "pictures": {"mean": …, "least": …},
     "labels": {"mean": …, "least": …}, "sameLabel": 8}]}

Exit codes:
  0  all is well
  1  something could not be done: a picture that cannot be read, no such model
  2  the command line makes no sense

`;

const downloadHelp = `Usage: tfjs-clip download [options] <id>

Fetches a model from the Hugging Face hub into the cache that Python shares, and
prints its folder there. What is there already is not fetched again; what broke
off goes on from where it was. Where there are no weights, nothing is fetched.

Arguments:
  id                   an owner and a name, such as openai/clip-vit-base-patch32

Options:
  --revision <name>    a branch, a tag or a commit (default: "main")
  --include <file...>  only these files (default: all that a CLIP model needs)
  --force              fetch anew what is in the cache
  --json               print one JSON document
  -q, --quiet          only errors on standard error: no remarks, no progress
  -h, --help           show this help

Examples:
  $ tfjs-clip download openai/clip-vit-base-patch32
  $ tfjs-clip download openai/clip-vit-base-patch32 --revision refs/pr/1
  $ tfjs-clip download openai/clip-vit-base-patch32 --include config.json

JSON:
  {"id": …, "revision": "main", "folder": …}

Exit codes:
  0  all is well
  1  something could not be done: a picture that cannot be read, no such model
  2  the command line makes no sense

`;

const cacheHelp = `Usage: tfjs-clip cache [options] [command]

Shows, tidies and checks the cache of the Hugging Face hub, which Python shares.
It is in HF_HUB_CACHE, or in hub/ within HF_HOME, or in
~/.cache/huggingface/hub.

Options:
  -h, --help   show this help

Commands:
  ls           list the models
  rm <id>      remove a model, or a revision of it
  verify [id]  check the files

Examples:
  $ tfjs-clip cache ls
  $ tfjs-clip cache rm openai/clip-vit-base-patch32
  $ tfjs-clip cache rm openai/clip-vit-base-patch32 --revision refs/pr/1 --yes
  $ tfjs-clip cache verify

Exit codes:
  0  all is well
  1  something could not be done: a picture that cannot be read, no such model
  2  the command line makes no sense

`;

const cacheLsHelp = `Usage: tfjs-clip cache ls [options]

Lists the models in the cache, with their sizes.

Options:
  --json       print one JSON document
  -q, --quiet  only errors on standard error: no remarks, no progress
  -h, --help   show this help

JSON:
  {"size": …, "models": [{"id": …, "path": …, "size": …, "incomplete": …, "revisions": [
    {"commit": …, "refs": ["main"], "path": …, "size": …, "lastModified": …, "files": […]}]}]}

Exit codes:
  0  all is well
  1  something could not be done: a picture that cannot be read, no such model
  2  the command line makes no sense

`;

const cacheRmHelp = `Usage: tfjs-clip cache rm [options] <id>

Removes a model, or one revision of it with the contents that no other one has.
Asks first.

Arguments:
  id                 such as openai/clip-vit-base-patch32

Options:
  --revision <name>  a branch, a tag or a commit (default: all)
  -y, --yes          do not ask; needed where there is no terminal
  --json             print one JSON document
  -q, --quiet        only errors on standard error: no remarks, no progress
  -h, --help         show this help

JSON:
  {"id": …, "revision": …, "freed": 605247912}

Exit codes:
  0  all is well
  1  something could not be done: a picture that cannot be read, no such model
  2  the command line makes no sense

`;

const cacheVerifyHelp = `Usage: tfjs-clip cache verify [options] [id]

Computes the hash of every file in the cache and compares it with the one that
the hub gave.

Arguments:
  id           only this model

Options:
  --json       print one JSON document
  -q, --quiet  only errors on standard error: no remarks, no progress
  -h, --help   show this help

JSON:
  {"problems": 0, "models": [
    {"id": …, "checked": 7, "unknown": 0, "problems": [{"path": …, "problem": …}]}]}
  The exit code is 1 if there are problems.

Exit codes:
  0  all is well
  1  something could not be done: a picture that cannot be read, no such model
  2  the command line makes no sense

`;

const benchHelp = `Usage: tfjs-clip bench [options]

Measures both towers of a model: pictures and texts a second, the first call,
and with --profile what a call is made of. Inputs are made up, as large as the
model takes; a call ends when its embeddings are read.

Options:
  -m, --model <id>       a folder, a web address, a Hugging Face id, or
                         emoji-clip (default: "emoji-clip")
  -b, --backend <name>   what to compute with, see below (default: the fastest
                         there is)
  --architecture <name>  random weights instead of a model: vit-b-32, vit-b-16,
                         vit-l-14, vit-l-14-336
  --batch <sizes>        how many pictures or texts at once (default: 1,8)
  --seconds <count>      how long to measure each (default: 2)
  --profile              show what a call is made of: operations, bytes,
                         microseconds
  --json                 print one JSON document
  -q, --quiet            only errors on standard error: no remarks, no progress
  -h, --help             show this help

Backends, of which the first that is installed and works is taken:
  tfjs-node-gpu  TensorFlow on an NVIDIA card, with CUDA 11.2
  tfjs-node      TensorFlow on the processor
  webgpu         any graphics card, through npm's webgpu
  wasm           the processor, with no native build; comes along
  cpu            plain JavaScript, slow; comes along

Examples:
  $ tfjs-clip bench
  $ tfjs-clip bench --architecture vit-b-32 --backend wasm --batch 1
  $ tfjs-clip bench --backend webgpu --profile

Columns:
  ms a call   the median; half of the calls took between the two numbers after it
  first call  weights are uploaded and shaders compiled in it
  GFLOP/s     of the matrix products, by the median
  written     bytes of an operation's outputs
  µs          by tfjs's clock, or on webgpu the device's. Operations are timed one
              by one, so that together they may take longer than a call; one that
              is made of others counts them too

JSON:
  {"model": …, "backend": …, "adapter": …, "measurements": [
    {"tower": "vision", "batch": 1, "perSecond": …,
     "milliseconds": {"first": …, "median": …, "lower": …, "upper": …},
     "gigaflopsPerSecond": …, "operations": [
       {"name": …, "calls": …, "bytes": …, "microseconds": …}]}]}

Exit codes:
  0  all is well
  1  something could not be done: a picture that cannot be read, no such model
  2  the command line makes no sense

`;

const evaluateHelp = `Usage: tfjs-clip evaluate [options] [command]

Measures how good a model is on pictures of which the answers are known.

Options:
  -h, --help             show this help

Commands:
  classification <data>  whether pictures are taken for what they are
  retrieval <data>       whether captions find their pictures, and pictures
                         their captions
`;

const evaluateClassificationHelp = `Usage: tfjs-clip evaluate classification [options] <data>

Zero-shot classification: for each picture, whether its class is among the k
whose names, put into sentences, fit it best. Of equal scores the wrong ones
count first.

Arguments:
  data                         a file or folder, see below

Options:
  -t, --templates <name|file>  the sentences that classes are put into, see
                               below (default: "simple")
  --classes <file>             the names of all classes, one a line (default:
                               those of the data)
  --label-column <name>        of a table: the column with the classes (default:
                               found by its name)
  --labels-from <what>         what says a picture's class (choices: "caption",
                               "filename", default: "caption")
  --confusion <file>           draw what is taken for what, as .svg
  --html <file>                write a page with everything, as .html
  --at <list>                  the k to count hits among (default: 1,3,5,10)
  --image-column <name>        of a table: the column with the paths of pictures
                               (default: found by its name)
  --image-root <folder>        where the pictures of a table are (default: its
                               own folder)
  --split <name>               which part of one of Karpathy's files (default:
                               "test")
  --batch-size <count>         pictures and sentences at once (default: 16)
  --alpha-background <color>   put transparent pictures on this colour, such as
                               '#ffffff' (default: what the model asks for)
  -m, --model <id>             a folder, a web address, a Hugging Face id, or
                               emoji-clip (default: "emoji-clip")
  -b, --backend <name>         what to compute with, see below (default: the
                               fastest there is)
  --truncation                 cut texts that are longer than the model's
                               context, instead of refusing them
  --json                       print one JSON document
  -q, --quiet                  only errors on standard error: no remarks, no
                               progress
  -h, --help                   show this help

Backends, of which the first that is installed and works is taken:
  tfjs-node-gpu  TensorFlow on an NVIDIA card, with CUDA 11.2
  tfjs-node      TensorFlow on the processor
  webgpu         any graphics card, through npm's webgpu
  wasm           the processor, with no native build; comes along
  cpu            plain JavaScript, slow; comes along

Data:
  a folder       with a folder of pictures for each class; _ in its name is a space
  .csv .tsv      a table with a column of labels
  others         whatever tfjs-clip train reads; a record's first caption is its
                 class, or with --labels-from filename the part of the file's
                 name before the first _, as in RSICD's airport_12.jpg

Templates:
  simple     a photo of a {}.
  imagenet   OpenAI's 80 for ImageNet
  satellite  OpenAI's 18 for pictures from above
  rsicd      Aerial photograph of {}, as CLIP-RSICD's figures were made
  emoji      {}, a picture of {}, an emoji of {}
  a file     one sentence a line, with {} where the class goes
  Of several sentences a class is the mean of their vectors.

Examples:
  $ tfjs-clip evaluate classification flowers/ --templates imagenet --confusion flowers.svg
  $ tfjs-clip evaluate classification rsicd.json --labels-from filename --templates rsicd
  $ tfjs-clip evaluate classification labels.csv --label-column species --html report.html

JSON:
  {"model": …, "backend": …, "templates": …, "pictures": 1093,
   "accuracyAt": {"1": 0.883, "3": …}, "meanAccuracyOfClasses": …,
   "classes": [{"name": "airport", "pictures": 37, "right": 33}, …],
   "confusion": [[33, 0, …], …]}
  A row of confusion is a class, a column what its pictures are taken for.

Exit codes:
  0  all is well
  1  something could not be done: a picture that cannot be read, no such model
  2  the command line makes no sense

`;

const evaluateRetrievalHelp = `Usage: tfjs-clip evaluate retrieval [options] <data>

Retrieval: how far down the right picture is when all are ordered by how well
they fit a caption, and the right captions when all are ordered for a picture.
Of equal scores the wrong ones come first.

Arguments:
  data                        a file or folder, see below

Options:
  --caption-column <name>     of a table: the column with captions (default:
                              found by its name)
  --merge-captions            equal captions are one, and right for the pictures
                              of all of them
  --at <list>                 the k to count hits among (default: 1,5,10)
  --image-column <name>       of a table: the column with the paths of pictures
                              (default: found by its name)
  --image-root <folder>       where the pictures of a table are (default: its
                              own folder)
  --split <name>              which part of one of Karpathy's files (default:
                              "test")
  --batch-size <count>        pictures and sentences at once (default: 16)
  --alpha-background <color>  put transparent pictures on this colour, such as
                              '#ffffff' (default: what the model asks for)
  -m, --model <id>            a folder, a web address, a Hugging Face id, or
                              emoji-clip (default: "emoji-clip")
  -b, --backend <name>        what to compute with, see below (default: the
                              fastest there is)
  --truncation                cut texts that are longer than the model's
                              context, instead of refusing them
  --json                      print one JSON document
  -q, --quiet                 only errors on standard error: no remarks, no
                              progress
  -h, --help                  show this help

Backends, of which the first that is installed and works is taken:
  tfjs-node-gpu  TensorFlow on an NVIDIA card, with CUDA 11.2
  tfjs-node      TensorFlow on the processor
  webgpu         any graphics card, through npm's webgpu
  wasm           the processor, with no native build; comes along
  cpu            plain JavaScript, slow; comes along

Data:
  whatever tfjs-clip train reads: tables, JSON lines, COCO's annotations,
  Karpathy's files, folders, webdataset shards

Columns:
  R@k     of the queries, those with a right one among the first k
  MRR     mean of 1 / rank of the first right one
  mAP     mean average precision, of all right ones
  NDCG    normalised discounted cumulative gain, of all right ones
  mean, median  rank of the first right one

Examples:
  $ tfjs-clip evaluate retrieval dataset_rsicd.json --image-root RSICD_images
  $ tfjs-clip evaluate retrieval captions.csv --model runs/a/model --json

JSON:
  {"model": …, "backend": …, "textToImage": {"queries": 5000, "candidates": 1000,
    "recallAt": {"1": …}, "recallOfAllAt": {"1": …}, "meanReciprocalRank": …,
    "meanAveragePrecision": …, "ndcg": …, "meanRank": …, "medianRank": …},
   "imageToText": {…}, "pictures": 1000, "texts": 5000, "repeatedCaptions": 0}
  recallOfAllAt: of a query's right ones, the share that is among the first k.

Exit codes:
  0  all is well
  1  something could not be done: a picture that cannot be read, no such model
  2  the command line makes no sense

`;

describe('tfjs-clip', () => {
  it.each([
    [['--help'], help],
    [[], help],
    [['classify', '--help'], classifyHelp],
    [['embed', '-h'], embedHelp],
    [['train', '--help'], trainHelp],
    [['evaluate', '--help'], evaluateHelp],
    [['evaluate', 'classification', '--help'], evaluateClassificationHelp],
    [['evaluate', 'retrieval', '--help'], evaluateRetrievalHelp],
    [['inspect', '--help'], inspectHelp],
    [['convert', '--help'], convertHelp],
    [['compare', '--help'], compareHelp],
    [['download', '--help'], downloadHelp],
    [['bench', '--help'], benchHelp],
    [['cache', '--help'], cacheHelp],
    [['cache', 'ls', '--help'], cacheLsHelp],
    [['cache', 'rm', '--help'], cacheRmHelp],
    [['cache', 'verify', '--help'], cacheVerifyHelp],
  ])('%j explains itself', async (args, text) => {
    expect(await tfjsClip(args)).toEqual({ exitCode: 0, signal: null, stdout: text, stderr: '' });
  });

  it('fits its help into narrow terminals', async () => {
    const { stdout } = await tfjsClip(['--help'], { env: { COLUMNS: '50' } });
    const description = stdout.slice(0, stdout.indexOf('Examples:'));
    for (const line of description.split('\n')) expect(line.length).toBeLessThanOrEqual(50);
  });

  it('tells its version', async () => {
    const { version } = createRequire(__filename)('../../packages/cli/package.json');
    expect(await tfjsClip(['--version'])).toMatchObject({ exitCode: 0, stdout: `${version}\n`, stderr: '' });
  });
});

const more = '\nAdd --help to see what is possible.\n';

it.each([
  ['clasify', `unknown command 'clasify'\n(Did you mean classify?)${more}`],
  ['classify --labels a,b', `missing required argument 'image'${more}`],
  ['classify a.png --lables a,b', `unknown option '--lables'\n(Did you mean --labels?)${more}`],
  ['classify a.png', 'No labels. Say what the picture may show: --labels cat,dog,rocket\n'],
  [
    'classify a.png -l a,,b',
    'A label is empty. Write labels without stray commas: --labels cat,dog,rocket\n',
  ],
  ['classify a.png -l a,b,a', "The label 'a' is given twice. Probabilities need distinct labels.\n"],
  [
    'classify a.png --labels-file /no/such/file',
    'Cannot read the labels file /no/such/file: no such file or directory.\n',
  ],
  ['classify a.png --labels-file /dev/null', 'The labels file /dev/null has no labels. Write one a line.\n'],
  [
    'classify a.png -l a -t photo',
    "option '-t, --template <text>' argument 'photo' is invalid. " +
      `It must contain {}, where the label goes: 'a drawing of {}'.${more}`,
  ],
  [
    'classify a.png -l a -n 0',
    `option '-n, --top <count>' argument '0' is invalid. Give a whole number of at least 1.${more}`,
  ],
  [
    'classify a.png -l a -b cuda',
    "option '-b, --backend <name>' argument 'cuda' is invalid. " +
      `There are tfjs-node-gpu, tfjs-node, webgpu, wasm, cpu.${more}`,
  ],
  [
    'classify a.png -l a --alpha-background white',
    "option '--alpha-background <color>' argument 'white' is invalid. " +
      `Give red, green and blue as hexadecimal digits, in quotes: '#ffffff'.${more}`,
  ],
  ['embed', "Nothing to embed. Give pictures, or --text 'a dog'.\n"],
  ['embed a.png --text dog', 'Give pictures or --text, not both; run it twice.\n'],
  ['embed a.png --json --out a.npy', '--json prints to standard output; with --out, leave it out.\n'],
  [
    'embed a.png --out a.csv',
    '--out a.csv: the name must end in .npy or .jsonl, which says how to write it.\n',
  ],
  ['embed a.png --out no/such/a.npy', '--out no/such/a.npy: there is no folder no/such.\n'],
  ['convert emoji-clip out', `required option '--to <format>' not specified${more}`],
  [
    'convert emoji-clip out --to onnx',
    `option '--to <format>' argument 'onnx' is invalid. There are hf, openclip, tfjs.${more}`,
  ],
  [
    'convert emoji-clip out --to hf --dtype f32',
    "option '--dtype <type>' argument 'f32' is invalid. " +
      `There are float32, float16, bfloat16, int8, int4.${more}`,
  ],
  [
    'convert emoji-clip out --to hf --max-shard-size 5G',
    "option '--max-shard-size <size>' argument '5G' is invalid. " +
      `Give a size such as '500MB' or '5GB'.${more}`,
  ],
  [
    'convert emoji-clip out --to tfjs --dtype int8',
    '--dtype int8 goes with --to hf only: no one else reads such weights.\n',
  ],
  [
    'convert emoji-clip out --to tfjs --dtype bfloat16',
    'tfjs has no bfloat16: give --dtype float32 or float16.\n',
  ],
  [
    'convert emoji-clip out --to openclip --max-shard-size 1GB',
    'OpenCLIP reads its weights from one file: leave --max-shard-size out.\n',
  ],
  [
    'convert emoji-clip no/such/out --to hf',
    `no/such/out: there is no folder ${path.join(root, 'no/such')}.\n`,
  ],
  ['convert emoji-clip package.json --to hf --force', 'package.json is a file; name a folder.\n'],
  [
    'convert emoji-clip docs --to hf --force',
    'docs holds something else than a model, which --force does not replace.\n',
  ],
  ['compare a.png', 'No labels. Say what the picture may show: --labels cat,dog,rocket\n'],
  [
    'compare a.png -l a,b --dtype int2',
    "option '--dtype <type...>' argument 'int2' is invalid. " +
      `There are float32, float16, bfloat16, int8, int4.${more}`,
  ],
  ['inspect', `missing required argument 'source'${more}`],
  ['download', `missing required argument 'id'${more}`],
  ['cache frob', `unknown command 'frob'${more}`],
])('%s is a mistake: exit code 2', async (line, message) => {
  expect(await tfjsClip(line.split(' '))).toEqual({
    exitCode: 2,
    signal: null,
    stdout: '',
    stderr: `tfjs-clip: ${message}`,
  });
});
