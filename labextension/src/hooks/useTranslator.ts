import { nullTranslator, type TranslationBundle } from '@jupyterlab/translation';
import { createContext, useContext } from 'react';

/** The texts of this extension in the user's language: a panel body provides it. */
export const TranslatorContext = createContext<TranslationBundle>(nullTranslator.load('cellburst'));

/** The texts of this extension in the user's language. */
export function useTranslator(): TranslationBundle {
  return useContext(TranslatorContext);
}
