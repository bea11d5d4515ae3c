# zsh -f ask.zsh FOLDER LINE...: asks a zsh that completes with the functions in FOLDER what it offers at the end of
# each line; prints `? LINE` and, one a line, the words. An interactive zsh on a terminal of its own is asked.
zmodload zsh/zpty
folder=$1
shift

cat >$folder/.zshrc <<END
PROMPT= RPROMPT=
fpath=(${(q)folder} \$fpath)
autoload -U compinit && compinit -u -D
# What is offered to the line goes to a file as well.
compadd() {
  local -a offered
  builtin compadd -O offered "\$@"
  print -rl -- \$offered >>${(q)folder}/offered
  builtin compadd "\$@"
}
report() {
  _main_complete
  compstate[insert]= compstate[list]=
  print -r -- "DO""NE"
}
zle -C report complete-word report
bindkey '^I' report
print -r -- "REA""DY"
END

export TERM=dumb ZDOTDIR=$folder
zpty asked zsh -i
zpty -r asked answer '*READY*'
for line in "$@"; do
  : >$folder/offered
  zpty -w -n asked $'\C-u'"$line"$'\t'
  zpty -r asked answer '*DONE*'
  print -r -- "? $line"
  sort -u $folder/offered
done
zpty -d asked
