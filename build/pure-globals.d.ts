/** What the pure rooms may take from the world around them beside the language itself: the web's signal of cancellation, which every host has. */
interface AbortSignal { readonly aborted: boolean }
