/** The shells that completion is written for. */
export const shells = ["bash", "zsh", "fish"] as const;

/** One of those shells. */
export type Shell = (typeof shells)[number];

const scripts: Readonly<Record<Shell, string>> = {
  bash: `# Completion of aistack for bash. To have it always: aistack completion bash >> ~/.bashrc
_aistack_completions() {
  local word="\${COMP_WORDS[COMP_CWORD]}"
  mapfile -t COMPREPLY < <(compgen -W "$(SHELL=bash ZSH_NAME= aistack --get-yargs-completions "\${COMP_WORDS[@]}" 2>/dev/null)" -- "$word")
}
complete -o bashdefault -o default -F _aistack_completions aistack
`,
  zsh: `#compdef aistack
# Completion of aistack for zsh. To have it always: aistack completion zsh >> ~/.zshrc (after compinit)
_aistack_completions() {
  local -a found
  found=("\${(@f)$(SHELL=zsh aistack --get-yargs-completions "\${words[@]}" 2>/dev/null)}")
  if [[ -n "\${found[1]}" ]]; then _describe 'aistack' found; else _default; fi
}
if [[ "\${zsh_eval_context[-1]}" == loadautofunc ]]; then _aistack_completions "$@"; else compdef _aistack_completions aistack; fi
`,
  fish: `# Completion of aistack for fish. To have it always: aistack completion fish > ~/.config/fish/completions/aistack.fish
function __aistack_completions
    set -l given (commandline -opc) (commandline -ct)
    env SHELL=zsh aistack --get-yargs-completions $given 2>/dev/null | string replace -r '^((?:[^:\\\\\\\\]|\\\\\\\\.)+):' '$1\\t' | string replace -a '\\\\:' ':'
end
complete -c aistack -f -a '(__aistack_completions)'
`,
};

/** The shell that a path like /usr/bin/fish names; bash where it is none of the known ones. */
export function shellOf(path: string | undefined): Shell {
  const name = path?.split("/").at(-1);
  return shells.find((shell) => shell === name) ?? "bash";
}

/** The script that a shell loads to complete the words of a command line; it asks the program itself. */
export function completionScript(shell: Shell): string {
  return scripts[shell];
}
