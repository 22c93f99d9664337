// SPDX-License-Identifier: Apache-2.0
/** Each refusal of the hub in a sentence that says what to do. */
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import path from 'node:path';
import {
  AccessError,
  DownloadError,
  InvalidArgumentError,
  ModelNotFoundError,
} from '../../packages/clip/src/errors.js';
import { downloadModel, env } from '../../packages/clip/src/pretrained/hub/index.js';
import type { PretrainedOptions } from '../../packages/clip/src/pretrained/modelFiles.js';
import { resolveModelFiles } from '../../packages/clip/src/pretrained/resolveModelFiles.js';
import { COMMIT, ID, tinyModel, useHub } from './setting.js';

const setting = useHub();

async function refusal(id = ID, options: PretrainedOptions = {}, file = 'config.json'): Promise<Error> {
  try {
    await (await resolveModelFiles(id, options)).read(file);
  } catch (error) {
    return error as Error;
  }
  throw new Error('It was not refused.');
}

function answerWith(status: number, headers: Record<string, string> = {}): void {
  setting.hub.intercept = (_request: IncomingMessage, response: ServerResponse) => {
    response.writeHead(status, headers).end('not for reading');
    return true;
  };
}

describe('access', () => {
  it('no such repository', async () => {
    expect(await refusal('owner/none')).toEqual(
      new ModelNotFoundError(
        `There is no repository 'owner/none' at ${setting.hub.url}, or it is private: check the name, or pass an access token that may read it (option 'token', or the environment variable HF_TOKEN).`,
      ),
    );
    expect(await refusal('owner/none', { token: 'hf_x' })).toEqual(
      new ModelNotFoundError(
        `There is no repository 'owner/none' at ${setting.hub.url}, or it is private: check the name, or that the access token given may read it.`,
      ),
    );
  });

  it('a gated repository', async () => {
    const { hub } = setting;
    hub.repositories.set(ID, { ...tinyModel(), gatedBy: 'hf_right' });
    expect(await refusal()).toEqual(
      new AccessError(
        `${ID} is gated: accept its conditions at ${hub.url}/${ID}, then pass an access token (option 'token', or the environment variable HF_TOKEN).`,
      ),
    );
    expect(await refusal(ID, { token: 'hf_wrong' })).toEqual(
      new AccessError(
        `${ID} is gated, and the access token given does not open it: ask for access at ${hub.url}/${ID} with the account that the token is of, and see that the token may read gated repositories.`,
      ),
    );
    await (await resolveModelFiles(ID, { token: 'hf_right' })).read('config.json');
  });

  it('a token that the hub does not know', async () => {
    answerWith(401, { 'x-error-message': 'Invalid credentials in Authorization header' });
    expect(await refusal(ID, { token: 'hf_expired' })).toEqual(
      new AccessError(
        `The hub does not accept the access token, with which ${ID} was asked for: it is mistyped, expired or revoked. Pass a valid one (option 'token', or the environment variable HF_TOKEN), or none (token: false).`,
      ),
    );
  });

  it('forbidden, in the words of the hub', async () => {
    answerWith(403, { 'x-error-message': 'Access to this resource is disabled.' });
    expect(await refusal()).toEqual(
      new AccessError(
        `The hub forbids config.json of ${ID} (Access to this resource is disabled.); see that the access token may read this repository.`,
      ),
    );
  });

  it('a token that is none', async () => {
    expect(await refusal(ID, { token: 'hf_\nX-Injected: 1' })).toEqual(
      new InvalidArgumentError(
        'The access token holds characters that no token has; copy it anew from https://huggingface.co/settings/tokens.',
      ),
    );
  });
});

describe('names', () => {
  it('no such revision', async () => {
    const sentence = `${ID} has no revision 'v9'; give a branch, a tag or a commit of it.`;
    expect(await refusal(ID, { revision: 'v9' })).toEqual(new ModelNotFoundError(sentence));
  });

  it('a file that is not there is no error', async () => {
    const files = await resolveModelFiles(ID);
    expect(await files.read('none.json')).toBeNull();
    expect(await files.open('none.safetensors')).toBeNull();
  });

  it.each(['a--b/c', 'a/b..c', 'a/-b', 'a/b.git', '-a/b', `a/${'b'.repeat(97)}`])(
    '%s is no id',
    async (id) => {
      expect(await refusal(id)).toEqual(
        new InvalidArgumentError(
          `'${id}' is no Hugging Face id: one is made of an owner and a name, such as 'openai/clip-vit-base-patch32', of letters, digits, '-', '_' and '.', with no '--' or '..' and no '-' or '.' at an end.`,
        ),
      );
    },
  );

  it.each(['../x', '/etc', 'a..b', 'a b', 'a\\b', '.hidden', 'x/', ''])(
    "'%s' is no revision",
    async (revision) => {
      expect(await refusal(ID, { revision })).toEqual(
        new InvalidArgumentError(
          `revision '${revision}' must be a branch, a tag or a commit, such as 'main' or 'refs/pr/1'.`,
        ),
      );
    },
  );

  it.each(['../config.json', 'a/../../b', '/etc/passwd', 'a\\..\\b', 'C:/x', 'a//b', './a'])(
    '%s is no file of it',
    async (file) => {
      expect(await refusal(ID, {}, file)).toEqual(
        new InvalidArgumentError(`'${file}' cannot be a file of ${ID}: it leads out of the repository.`),
      );
    },
  );
});

describe('offline', () => {
  it('what is not in the cache', async () => {
    process.env.HF_HUB_OFFLINE = 'yes';
    expect(await refusal()).toEqual(
      new ModelNotFoundError(
        `${ID} at revision 'main' is not in ${setting.cache}, and the hub is not asked: allow it (localFilesOnly: false, no HF_HUB_OFFLINE), or fetch the model before.`,
      ),
    );
    expect(setting.hub.seen()).toEqual([]);
  });

  it.each(['v1', 'f'.repeat(40)])('what is in the cache at another revision than %s', async (revision) => {
    await downloadModel(ID, { files: ['config.json'] });
    expect(await refusal(ID, { localFilesOnly: true, revision })).toEqual(
      new ModelNotFoundError(
        `${ID} at revision '${revision}' is not in ${setting.cache}, and the hub is not asked: allow it (localFilesOnly: false, no HF_HUB_OFFLINE), or fetch the model before. There it is at main, ${COMMIT}.`,
      ),
    );
  });

  it('cannot force a download', async () => {
    expect(await refusal(ID, { localFilesOnly: true, forceDownload: true })).toEqual(
      new InvalidArgumentError(
        'forceDownload needs the hub, which localFilesOnly (or HF_HUB_OFFLINE) keeps from being asked: give one of them.',
      ),
    );
  });
});

describe('a hub in trouble', () => {
  it('asked too often', async () => {
    env.retries = 0;
    answerWith(429, { 'retry-after': '30' });
    expect(await refusal()).toEqual(
      new DownloadError(
        `config.json of ${ID} cannot be fetched: the hub was asked too often (status 429). Try again in 30 s; with an access token more is allowed.`,
      ),
    );
  });

  it('is not waited for longer than a minute', async () => {
    answerWith(429, { 'retry-after': '3600' });
    expect((await refusal()).message).toContain('Try again in 3600 s');
    expect(setting.hub.requests.length).toBe(1);
  });

  it('failing: asked again, then given up', async () => {
    answerWith(503);
    expect(await refusal()).toEqual(
      new DownloadError(
        `config.json of ${ID} cannot be fetched: the hub fails (status 503). Try again later.`,
      ),
    );
    expect(setting.hub.requests.length).toBe(6);
  });

  it('out of reach', async () => {
    env.retries = 1;
    await setting.hub.stop();
    const { host } = new URL(setting.hub.url);
    expect(await refusal()).toEqual(
      new DownloadError(
        `config.json of ${ID} cannot be fetched: the connection to ${host} failed (ECONNREFUSED). Check the connection and try again.`,
      ),
    );
  });

  it('without an address: not asked again', async () => {
    let asked = 0;
    env.fetch = async () => {
      asked++;
      throw new TypeError('fetch failed', { cause: { code: 'ENOTFOUND' } });
    };
    const { host } = new URL(setting.hub.url);
    expect(await refusal()).toEqual(
      new DownloadError(
        `config.json of ${ID} cannot be fetched: the connection to ${host} failed (ENOTFOUND). Check the connection and try again.`,
      ),
    );
    expect(asked).toBe(1);
  });

  it('silent', async () => {
    env.retries = 0;
    process.env.HF_HUB_ETAG_TIMEOUT = '0.1';
    setting.hub.intercept = () => true;
    const { host } = new URL(setting.hub.url);
    expect(await refusal()).toEqual(
      new DownloadError(
        `config.json of ${ID} cannot be fetched: nothing came from ${host} for 0.1 s. Check the connection, or set HF_HUB_ETAG_TIMEOUT to more seconds.`,
      ),
    );
  });

  it('sending something unforeseen', async () => {
    answerWith(418);
    expect(await refusal()).toEqual(
      new DownloadError(`config.json of ${ID} cannot be fetched: the hub answers with status 418.`),
    );
  });

  it.each<[string, Record<string, string>, string]>([
    [
      'X-Repo-Commit',
      { etag: '"a"' },
      'sends no X-Repo-Commit, so it is no Hugging Face hub, or a proxy takes it away. Check HF_ENDPOINT.',
    ],
    [
      'ETag',
      { 'x-repo-commit': COMMIT },
      'sends no ETag, so it is no Hugging Face hub, or a proxy takes it away. Check HF_ENDPOINT.',
    ],
  ])('that is no hub: no %s', async (_, headers, sentence) => {
    answerWith(200, headers);
    expect(await refusal()).toEqual(
      new DownloadError(`config.json of ${ID}: ${setting.hub.url} ${sentence}`),
    );
  });

  it('at an address that is none', async () => {
    env.endpoint = 'huggingface.co';
    expect(await refusal()).toEqual(
      new InvalidArgumentError(
        "The hub's address 'huggingface.co' (env.endpoint, or HF_ENDPOINT) must be one of the web, such as https://huggingface.co.",
      ),
    );
  });

  it('a time limit that is no number', async () => {
    process.env.HF_HUB_DOWNLOAD_TIMEOUT = 'soon';
    expect(await refusal()).toEqual(
      new InvalidArgumentError(
        "The environment variable HF_HUB_DOWNLOAD_TIMEOUT must be a number of seconds above 0, such as 10; it is 'soon'.",
      ),
    );
    delete process.env.HF_HUB_DOWNLOAD_TIMEOUT;
  });
});

describe('a cache that cannot be written', () => {
  it('because it is a file', async () => {
    await mkdir(path.dirname(setting.cache), { recursive: true });
    await writeFile(setting.cache, '');
    expect((await refusal()).message).toBe(
      `The cache folder ${setting.cache} cannot be written (EEXIST): set HF_HUB_CACHE, or the option cacheDir, to a folder that can be.`,
    );
  });

  const unlessRoot = process.getuid?.() === 0 ? it.skip : it;
  unlessRoot('because of its permissions', async () => {
    await mkdir(setting.cache, { recursive: true });
    await chmod(setting.cache, 0o555);
    expect(await refusal()).toEqual(
      new DownloadError(
        `The cache folder ${setting.cache} cannot be written (EACCES): set HF_HUB_CACHE, or the option cacheDir, to a folder that can be.`,
      ),
    );
    await chmod(setting.cache, 0o755);
  });

  it('because the disk has no room', async () => {
    setting.hub.intercept = (request, response) => {
      if (request.method !== 'HEAD') return false;
      response
        .writeHead(200, { 'x-repo-commit': COMMIT, etag: `"${'a'.repeat(64)}"`, 'x-linked-size': 2 ** 50 })
        .end();
      return true;
    };
    const files = await resolveModelFiles(ID);
    const error = await files.open('model.safetensors').catch((e) => e);
    expect(error).toBeInstanceOf(DownloadError);
    expect(error.message.replace(/has \d+ bytes left/, 'has N bytes left')).toBe(
      `The disk of the cache folder ${setting.cache} has N bytes left, and ${2 ** 50} are to come: make room, or set HF_HUB_CACHE, or the option cacheDir, to a folder that can hold more.`,
    );
  });
});
