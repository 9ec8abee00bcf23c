import { create } from 'zustand';
import type { ButtonVariant } from './Button.tsx';

export interface Choice<Id extends string> {
  id: Id;
  label: string;
  variant?: ButtonVariant;
}

export interface Question<Id extends string = string> {
  title: string;
  message: string;
  /** From left to right; the last has the focus, unless one is `danger`: then the first. */
  choices: readonly Choice<Id>[];
}

interface Asked {
  question: Question;
  answer(id: string | null): void;
}

export const useQuestionsStore = create<{ queue: readonly Asked[] }>()(() => ({ queue: [] }));

/** Asks the person in a dialog; null when it was closed without an answer (Escape). Questions wait for one another. */
export function ask<Id extends string>(question: Question<Id>): Promise<Id | null> {
  return new Promise((resolve) => {
    const asked: Asked = {
      question,
      answer(id) {
        useQuestionsStore.setState((state) => ({ queue: state.queue.filter((one) => one !== asked) }));
        resolve(question.choices.find((choice) => choice.id === id)?.id ?? null);
      },
    };
    useQuestionsStore.setState((state) => ({ queue: [...state.queue, asked] }));
  });
}
