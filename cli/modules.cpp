// antiphon modules: what there is to patch.
#include <cstdio>

#include "cli/commands.hpp"
#include "cli/exit.hpp"
#include "synth/manual.hpp"
#include "synth/patch.hpp"

namespace antiphon {

Action addModules(CLI::App& app) {
  auto* sub = app.add_subcommand("modules", "List the synth's modules and instruments, or explain one");
  auto name = std::make_shared<std::string>();
  auto page = std::make_shared<bool>(false);
  sub->add_option("name", *name, "Which one");
  sub->add_flag("--markdown", *page, "All of them, as docs/modules.md has them");
  return [=] {
    try {
      const std::string text =
          *page ? synth::modulesPage() : (name->empty() ? synth::listOfModules() : synth::aboutModule(*name)) + "\n";
      std::fputs(text.c_str(), stdout);
    } catch (const synth::PatchError& error) {
      throw UsageError{error.what()};
    }
    return kExitOk;
  };
}

}  // namespace antiphon
