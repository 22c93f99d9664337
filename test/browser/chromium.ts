// SPDX-License-Identifier: Apache-2.0
/** Chromium without a window and without a graphics card, and a record of all that goes wrong in its pages. */
import { existsSync } from 'node:fs';
import { type Browser, chromium, type Page } from 'playwright-core';

const executablePath = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium';
const isInstalled = existsSync(executablePath);

/** `describe` where Chromium is, and on CI, which must have it; elsewhere it skips aloud. */
export function describeInChromium(name: string, suite: () => void): void {
  const mustRun = Boolean(process.env.CI);
  if (!isInstalled && !mustRun) {
    console.warn(
      `Skipped: ${name}. There is no Chromium at ${executablePath}; install it, or set CHROMIUM_PATH.`,
    );
  }
  (isInstalled || mustRun ? describe : describe.skip)(name, suite);
}

/** @param more arguments of Chromium's */
export function launchChromium(...more: string[]): Promise<Browser> {
  return chromium.launch({
    executablePath,
    args: [
      '--no-sandbox', // it refuses to run as root otherwise
      '--use-gl=angle',
      '--use-angle=swiftshader', // webgl, computed on the processor
      '--enable-unsafe-swiftshader',
      '--disable-background-networking',
      ...more,
    ],
  });
}

/** @returns what went wrong in the page so far; grows */
export function troublesOf(page: Page): string[] {
  const troubles: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') troubles.push(`console: ${message.text()}`);
  });
  page.on('pageerror', (error) => troubles.push(`uncaught: ${error.message}`));
  page.on('requestfailed', (request) => troubles.push(`no answer: ${request.url()}`));
  page.on('response', (response) => {
    if (response.status() >= 400) troubles.push(`${response.status()}: ${response.url()}`);
  });
  return troubles;
}
