/** A table of commands that has everything which manual page and completions must cope with. */
import type { Command, Verb } from '../../cli/command.ts';

const verb = (name: string, rest: Partial<Verb> = {}): Verb => ({
  name,
  summary: `do ${name}: it's "odd" [really]`,
  operands: '',
  details: '',
  options: {},
  run: async () => undefined,
  ...rest,
});

export const sampleCommands: readonly Command[] = [
  {
    name: 'group',
    summary: 'a command that has verbs',
    load: async () => ({
      about: 'What they have in common.',
      verbs: [
        verb('open', {
          operands: '[FILE...]',
          details:
            '.An odd line that begins with a point, a back\\slash, --long-option\nand more of it.\n\n  $ indented\n  .as it is',
          options: {
            'a.file': { form: 'FILE', help: "a file's name: with ' and $(id)" },
            folder: { form: 'FOLDER', help: 'a folder' },
            kind: { form: 'omit|zero', help: 'one of two', multiple: true },
            size: { form: 'SIZE', help: 'how large' },
            force: { form: '', help: 'without asking' },
          },
        }),
        verb('close', { operands: 'NAME' }),
      ],
    }),
  },
  {
    name: 'alone',
    summary: "it's a command without verbs",
    load: async () => verb('alone', { options: { json: { form: '', help: 'as JSON' } } }),
  },
];
