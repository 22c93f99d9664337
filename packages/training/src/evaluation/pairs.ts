// SPDX-License-Identifier: Apache-2.0
/** Which texts and pictures of a dataset belong together. */
import type { ImageTextRecord } from '../data/dataset.js';

interface Group {
  texts: number[];
  pictures: number[];
}

export class Pairs {
  readonly texts: string[] = [];
  pictures = 0;
  /** Captions that stood with another record before. */
  repeated = 0;
  private readonly groups = new Map<string, Group>();
  private readonly groupsOfText: Group[][] = [];
  private readonly groupOfPicture: Group[] = [];
  private readonly indexOfText = new Map<string, number>();

  /** @param merges whether equal captions are one text */
  constructor(private readonly merges: boolean) {}

  add(record: ImageTextRecord): void {
    const group = this.groupOf(record);
    group.pictures.push(this.pictures++);
    this.groupOfPicture.push(group);
    for (const caption of record.captions) this.addCaption(caption, group);
  }

  /** By index. Lists are shared by those that have the same. */
  right(): { picturesOfText: number[][]; textsOfPicture: number[][] } {
    return {
      picturesOfText: this.groupsOfText.map((groups) =>
        groups.length === 1 ? groups[0].pictures : groups.flatMap(({ pictures }) => pictures),
      ),
      textsOfPicture: this.groupOfPicture.map(({ texts }) => texts),
    };
  }

  private groupOf({ group, key }: ImageTextRecord): Group {
    const name = group === undefined ? `record ${key}` : `group ${group}`;
    const found = this.groups.get(name) ?? { texts: [], pictures: [] };
    this.groups.set(name, found);
    return found;
  }

  private addCaption(caption: string, group: Group): void {
    const earlier = this.indexOfText.get(caption);
    if (earlier !== undefined && !this.groupsOfText[earlier].includes(group)) this.repeated++;
    if (earlier === undefined || !this.merges) {
      this.indexOfText.set(caption, earlier ?? this.texts.length);
      group.texts.push(this.texts.length);
      this.groupsOfText.push([group]);
      this.texts.push(caption);
    } else if (!this.groupsOfText[earlier].includes(group)) {
      group.texts.push(earlier);
      this.groupsOfText[earlier].push(group);
    }
  }
}
