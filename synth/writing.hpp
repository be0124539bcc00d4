// Patches in words: the verbs of the patch language, as they change a patch. Every door to it ends here; all of these
// throw PatchError with a sentence, and then the patch is as it was or is to be thrown away.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "synth/patch.hpp"

namespace antiphon::synth {

/// `cutoff=500hz`; without a key it stands for itself.
struct PatchWord {
  std::string key{};
  std::string text{};
};

/// create NAME [TYPE] [param=value ...]: a module, or an instrument by its recipe. Without a type the name is the type,
/// or the parameters tell.
void create(Patch& patch, const std::string& name, std::span<const PatchWord> words);

/// patch A > B > C [amount=NUMBER]: a cable from each to the next. A type that is named where a module is expected
/// makes one.
void chain(Patch& patch, std::string_view names, double amount = 1);

/// add EFFECT to NAME [param=value ...]: an effect behind NAME and behind those that it has already; what heard them
/// hears this one. `amount` is its mix. Returns what it is called: EFFECT-NAME.
std::string addEffect(Patch& patch, const std::string& effect, const std::string& name,
                      std::span<const PatchWord> words);

/// NAME.PARAM VALUE, as it is written; what the value comes to.
double valueOf(const Patch& patch, std::string_view port, std::string_view text);

/// What may stand behind `create NAME`: modules, then recipes, then one's own.
std::vector<std::string_view> makeableNames();

}  // namespace antiphon::synth
