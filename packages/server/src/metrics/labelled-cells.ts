/** A cell and the values of its labels. */
export interface LabelledCell<Cell> {
  readonly labels: readonly string[];
  readonly cell: Cell;
}

interface Branch<Cell> {
  readonly children: Map<string, Branch<Cell>>;
  leaf: LabelledCell<Cell> | undefined;
}

/** What clients send becomes a label, such as the name of a model that is not there: without a limit they could fill the memory. */
const MAX_CELLS = 10_000;
/** What every label says of all that came after the limit. */
export const OTHER_LABEL = '(other)';

/** One cell for each tuple of label values. Finding one that is there hashes no text. */
export class LabelledCells<Cell> {
  readonly #create: () => Cell;
  readonly #root: Branch<Cell> = { children: new Map(), leaf: undefined };
  readonly #cells: LabelledCell<Cell>[] = [];
  #other: LabelledCell<Cell> | undefined;

  constructor(create: () => Cell) {
    this.#create = create;
  }

  /** The cell of these values, made where it is missing. */
  at(...labels: readonly string[]): Cell {
    let branch: Branch<Cell> | undefined = this.#root;
    for (const label of labels) {
      branch = branch.children.get(label);
      if (branch === undefined) return this.#add(labels);
    }
    return branch.leaf?.cell ?? this.#add(labels);
  }

  /** All cells, ordered by their labels. */
  all(): readonly LabelledCell<Cell>[] {
    return this.#cells.toSorted((a, b) => compare(a.labels, b.labels));
  }

  #add(labels: readonly string[]): Cell {
    if (this.#cells.length >= MAX_CELLS) return (this.#other ??= this.#push(labels.map(() => OTHER_LABEL))).cell;
    let branch = this.#root;
    for (const label of labels) branch = grown(branch, label);
    branch.leaf = this.#push(labels);
    return branch.leaf.cell;
  }

  #push(labels: readonly string[]): LabelledCell<Cell> {
    const added = { labels: [...labels], cell: this.#create() };
    this.#cells.push(added);
    return added;
  }
}

function grown<Cell>(branch: Branch<Cell>, label: string): Branch<Cell> {
  const found = branch.children.get(label);
  if (found !== undefined) return found;
  const made: Branch<Cell> = { children: new Map(), leaf: undefined };
  branch.children.set(label, made);
  return made;
}

function compare(a: readonly string[], b: readonly string[]): number {
  for (const [index, label] of a.entries()) {
    const other = b[index] ?? '';
    if (label !== other) return label < other ? -1 : 1;
  }
  return 0;
}
