/** A table of commands that has everything which manual page and completions must cope with. */
import type { Command, Verb } from '../../cli/command.ts';
import { choiceOption, listOption, optional, switchOption, textOption } from '../../lib/config/options.ts';

const verb = (name: string, rest: Partial<Verb> = {}): Verb => ({
  name,
  summary: `do ${name}: it's "odd" [really]`,
  operands: '',
  details: '',
  options: {},
  start: async () => undefined,
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
            'a.file': optional(textOption({ help: "a file's name: with ' and $(id)" }, 'FILE')),
            folder: textOption({ help: 'a folder', default: '/tmp' }, 'FOLDER'),
            kind: listOption(choiceOption({ help: 'one of two' }, ['omit', 'zero'])),
            size: textOption({ help: 'how large' }, 'SIZE'),
            force: switchOption('without asking'),
          },
        }),
        verb('close', { operands: 'NAME' }),
      ],
    }),
  },
  {
    name: 'alone',
    summary: "it's a command without verbs",
    load: async () => verb('alone', { options: { json: switchOption('as JSON') } }),
  },
];
