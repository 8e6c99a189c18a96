import type { Platform } from '../base/index.ts';
import type { Isolation } from '../core/index.ts';
import { hostVerdict, imageVerdict, joinReasons, type EffectiveIsolation, type ImageHost } from '../image/index.ts';

export interface IsolationQuestion {
  readonly host: ImageHost;
  /** Undefined asks about the host itself. */
  readonly image: Platform | undefined;
  readonly wanted: Isolation;
  /** What the administrator set for this host; Auto where nothing. */
  readonly hostDefault: Isolation;
}

export interface IsolationDecision {
  /** Undefined where the wish cannot be fulfilled. */
  readonly effective: EffectiveIsolation | undefined;
  /** Why this one, or why none. */
  readonly reason: string;
  /** Isolations of this host that run the image, whatever was wished. */
  readonly possible: readonly EffectiveIsolation[];
  /** Tag of a Windows base image that would run better here; undefined where there is none to suggest. */
  readonly suggestedTag: string | undefined;
  /** Where there is none: whether it is for want of something of this host, or because of what the image is. */
  readonly obstacle: 'host' | 'image' | undefined;
  /** What would help; undefined where nothing is known or needed. */
  readonly action: string | undefined;
  /** What the user should know although it works: Auto had to take another isolation than is usual here. */
  readonly warning: string | undefined;
}

const isolations: readonly EffectiveIsolation[] = ['Process', 'HyperV'];

/**
 * What Auto tries, best first. A host that was set to HyperV means it for everything: nothing falls back
 * from there to the weaker isolation. Otherwise servers and Linux begin with process isolation, Windows
 * clients with Hyper-V isolation (Microsoft's defaults).
 */
const order = ({ host, wanted, hostDefault }: IsolationQuestion): readonly EffectiveIsolation[] => {
  if (wanted !== 'Auto') return [wanted];
  if (hostDefault === 'HyperV') return ['HyperV'];
  return hostDefault === 'Auto' && host.windows?.edition === 'client' ? ['HyperV', 'Process'] : ['Process', 'HyperV'];
};

/** Which isolation a container gets on this host, and why, or why none. It looks at nothing but its arguments. */
export const decideIsolation = (question: IsolationQuestion): IsolationDecision => {
  const { host, image, wanted } = question;
  const verdict = image === undefined ? hostVerdict(host) : imageVerdict(image, host);
  const { suggestedTag } = verdict;
  const possible = isolations.filter((isolation) => verdict[isolation].runs);
  const tried = order(question);
  const effective = tried.find((isolation) => verdict[isolation].runs);
  if (effective === undefined) {
    const verdicts = tried.map((isolation) => verdict[isolation]);
    return {
      effective, possible, suggestedTag,
      reason: joinReasons(verdicts.map(({ reason }) => reason)),
      obstacle: verdicts.some(({ obstacle }) => obstacle === 'image') ? 'image' : 'host',
      action: verdicts.find(({ action }) => action !== undefined)?.action,
      warning: undefined,
    };
  }
  const passedOver = tried.slice(0, tried.indexOf(effective)).map((isolation) => verdict[isolation].reason);
  const reason = wanted === 'Auto' ? joinReasons([...passedOver, ...(passedOver.length === 0 ? [verdict[effective].reason] : [])]) : `${wanted} was asked for`;
  // Linux images on Windows run in a VM always: nothing was given up.
  const expected = passedOver.length === 0 || image === undefined || image.os !== host.os;
  return { effective, possible, suggestedTag, reason, obstacle: undefined, action: undefined, warning: expected ? undefined : `${effective} isolation is used: ${joinReasons(passedOver)}.` };
};
