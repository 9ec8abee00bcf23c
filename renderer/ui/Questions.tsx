import { Button } from './Button.tsx';
import { Dialog } from './Dialog.tsx';
import { useQuestionsStore } from './ask.ts';

/** Shows the questions of `ask`, one at a time. */
export function Questions() {
  const asked = useQuestionsStore((state) => state.queue[0]);
  if (asked === undefined) return null;
  const { title, message, choices } = asked.question;
  const careful = choices.some((choice) => choice.variant === 'danger');
  const focused = careful ? choices[0] : choices.at(-1);
  return (
    <Dialog
      key={title + message}
      open
      alert
      width={choices.length > 3 ? 'normal' : 'small'}
      title={title}
      description={<span className="whitespace-pre-line break-words">{message}</span>}
      onOpenChange={(open) => {
        if (!open) asked.answer(null);
      }}
      footer={choices.map((choice) => (
        <Button key={choice.id} size="large" variant={choice.variant ?? 'secondary'} autoFocus={choice === focused} onClick={() => asked.answer(choice.id)}>
          {choice.label}
        </Button>
      ))}
    />
  );
}
