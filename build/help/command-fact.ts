/** What Get-CommandFact.ps1 writes: texts as they stand in the comment, with the line breaks of the source. */
export interface CommandFact {
  readonly name: string;
  readonly synopsis: string;
  readonly description: string;
  readonly parameters: readonly ParameterFact[];
  /** The default set first. */
  readonly sets: readonly { readonly name: string; readonly parameters: readonly SetParameter[] }[];
  /** Code, a blank line, and what it does. */
  readonly examples: readonly string[];
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly links: readonly string[];
}

export interface ParameterFact {
  readonly name: string;
  /** Name of the .NET type without its namespace, for example `String[]`. */
  readonly type: string;
  readonly isSwitch: boolean;
  readonly aliases: readonly string[];
  readonly wildcards: boolean;
  /** The only values that there are; empty where any is taken. */
  readonly values: readonly string[];
  /** As it stands in the source; '' where there is none. */
  readonly defaultValue: string;
  readonly text: string;
}

export interface SetParameter {
  readonly name: string;
  readonly mandatory: boolean;
  /** Negative where it has none. */
  readonly position: number;
  readonly byValue: boolean;
  readonly byPropertyName: boolean;
}
