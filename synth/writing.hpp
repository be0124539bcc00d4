// Patches in words: the verbs of the patch language, as they change a patch. Every door to it ends here; all of these
// throw PatchError with a sentence, and then the patch is as it was or is to be thrown away.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "synth/patch.hpp"

namespace antiphon::synth {

/// create NAME [TYPE] [param=value ...]: a module, or an instrument by its recipe. Without a type the name is the type,
/// or the parameters tell.
void create(Patch& patch, const std::string& name, std::span<const PatchWord> words);

/// patch A > B > C [amount=NUMBER]: a cable from each to the next. A type that is named where a module is expected
/// makes one. To `out` alone means to what goes there: the master, if there is one.
void chain(Patch& patch, std::string_view names, double amount = 1);

/// add EFFECT to NAME [param=value ...]: an effect behind NAME and behind those that it has already; what heard them
/// hears this one. `amount` is its mix. Returns what it is called: EFFECT-NAME.
std::string addEffect(Patch& patch, const std::string& effect, const std::string& name,
                      std::span<const PatchWord> words);

/// bus NAME [EFFECT] [param=value ...]: an effect that others are sent to, and that is heard by itself, all wet;
/// without one, a place where they are mixed.
void makeBus(Patch& patch, const std::string& name, std::span<const PatchWord> words);

/// NAME.PARAM VALUE, as it is written; what the value comes to.
double valueOf(const Patch& patch, std::string_view port, std::string_view text);

/// What may stand behind `create NAME`: modules, then recipes, then one's own.
std::vector<std::string_view> makeableNames();

}  // namespace antiphon::synth
