// SPDX-License-Identifier: Apache-2.0
/** What `--train` may name. Apart from whatTrains.ts, so that --help need not load tfjs. */

export const WHAT_TRAINS = /^(?:all|text|image|last:[1-9]\d*|lora(?::[1-9]\d*)?)$/;

export const whatTrainsHelp = `
What learns (--train):
  all     every weight
  text    the text tower; that of the pictures stays, and so do their vectors
  image   the image tower; that of the texts stays
  last:N  the last N layers of both towers, and what follows them
  lora:R  changes of rank R (8) to attention's queries and values: little memory;
          model/adapter is what PEFT opens`;
