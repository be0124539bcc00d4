#include "bridge/model_commands.hpp"

#include <filesystem>
#include <fstream>
#include <utility>

#include "bridge/phrase_file.hpp"
#include "model/aria/model.hpp"
#include "model/native_model.hpp"

namespace antiphon {
namespace {

using Arguments = Command::Arguments;
using CommandReply = Command::Reply;

constexpr std::size_t kLongestStyle = 200;
constexpr std::size_t kLongestPath = 1000;
constexpr auto kFromNextTurnOn = ", from the next turn";

using SharedDesk = std::shared_ptr<WishDesk>;

/// A handler that changes the wishes, and says how they are now.
template <typename Change>
Command::Handler wish(const SharedDesk& desk, Change change) {
  return [desk, change](const Arguments& given) -> CommandReply {
    if (!desk) return {false, "This is for the model; start with --answerer model."};
    return change(*desk, given);
  };
}

/// The same for what an Aria checkpoint has never learned.
template <typename Change>
Command::Handler wishOfOurs(const SharedDesk& desk, Change change) {
  return wish(desk, [change](WishDesk& d, const Arguments& given) -> CommandReply {
    if (d.read().aria)
      return {false, "This means nothing to an Aria checkpoint, which knows notes and no words or wishes."};
    return change(d, given);
  });
}

Command number(const SharedDesk& desk, std::string name, double least, double most, std::string help,
               std::function<void(Wishes&, double)> set, bool ours = false) {
  const auto change = [name, set](WishDesk& d, const Arguments& given) {
    const double amount = given.real("amount");
    d.change([&](Wishes& w) { set(w, amount); });
    return CommandReply{true, name + " " + decimal(amount) + kFromNextTurnOn};
  };
  return {name,
          {{"amount", Command::Real{least, most}}},
          std::move(help),
          ours ? wishOfOurs(desk, change) : wish(desk, change)};
}

/// The next name of a kept turn that is free.
std::filesystem::path freeName() {
  for (int i = 1;; ++i) {
    const std::filesystem::path path{"kept-" + std::to_string(i) + ".mid"};
    if (!std::filesystem::exists(path)) return path;
  }
}

void addMusic(CommandTable& table, const SharedDesk& desk) {
  table.add({"part",
             {{"which", Command::Choice{{"auto", "melody", "piano", "chords", "bass", "drums"}}}},
             "What the answer plays; auto: what you play.",
             wish(desk, [](WishDesk& d, const Arguments& given) {
               const std::string& which = given.text("which");
               d.change([&](Wishes& w) { w.part = parsePart(which); });
               return CommandReply{true, "part " + which + kFromNextTurnOn};
             })});
  table.add({"density",
             {{"amount", Command::Text{16}}},
             "How busy the answer is, 0 sparse to 1 busy; auto: as the model likes.",
             wishOfOurs(desk, [](WishDesk& d, const Arguments& given) {
               const std::string& text = given.text("amount");
               char* end = nullptr;
               const double amount = std::strtod(text.c_str(), &end);
               const bool automatic = text == "auto";
               if (!automatic && (end == text.c_str() || *end != 0 || !(amount >= 0 && amount <= 1))) {
                 return CommandReply{false, "'" + text + "' is not possible; density is a number from 0 to 1, or auto"};
               }
               d.change([&](Wishes& w) { w.density = automatic ? std::nullopt : std::optional{amount}; });
               return CommandReply{true, "density " + text + kFromNextTurnOn};
             })});
  table.add({"key",
             {{"name", Command::Text{32}}},
             "The tones of the answer: auto, off, or a key such as A:minor.",
             wish(desk, [](WishDesk& d, const Arguments& given) {
               const auto key = parseKeyWish(given.text("name"));
               if (!key)
                 return CommandReply{false,
                                     "'" + given.text("name") +
                                         "' is no key; say auto, off, or one such as C:major, A:minor, D:dorian"};
               d.change([&](Wishes& w) { w.key = *key; });
               return CommandReply{true, "key " + given.text("name") + kFromNextTurnOn};
             })});
  table.add({"style",
             {{"words", Command::Text{kLongestStyle}}},
             "The answer's style in words, such as \"slow blues in 6/8\"; off: none.",
             wishOfOurs(desk, [](WishDesk& d, const Arguments& given) {
               const std::string words = given.text("words") == "off" ? std::string{} : given.text("words");
               d.change([&](Wishes& w) { w.style = words; });
               return CommandReply{true, words.empty() ? "no style" + std::string{kFromNextTurnOn}
                                                       : "style \"" + words + "\"" + kFromNextTurnOn};
             })});
  table.add(number(
      desk, "guidance", 0, kMostGuidance, "How far the style is pressed home; 1 is as learnt.",
      [](Wishes& w, double x) { w.guidance = x; }, true));
}

void addChance(CommandTable& table, const SharedDesk& desk) {
  table.add(number(desk, "temperature", 0, 2, "How daring the model is; 0 always plays the likeliest.",
                   [](Wishes& w, double x) { w.sampler.temperature = x; }));
  table.add(number(desk, "top-p", 0.01, 1, "Only the likeliest choices that make up this share.",
                   [](Wishes& w, double x) { w.sampler.topP = x; }));
  table.add(number(desk, "min-p", 0, 1, "No choice less likely than this share of the likeliest.",
                   [](Wishes& w, double x) { w.sampler.minP = x; }));
  table.add(number(desk, "repetition", 0, 1, "How much a pitch loses by having just been played.",
                   [](Wishes& w, double x) { w.sampler.repetition = x; }));
  table.add({"takes",
             {{"count", Command::Integer{1, kMostTakes}}},
             "How many answers are begun; the best is played.",
             wishOfOurs(desk, [](WishDesk& d, const Arguments& given) {
               const auto count = static_cast<int>(given.integer("count"));
               d.change([&](Wishes& w) { w.takes = count; });
               return CommandReply{true, "takes " + std::to_string(count) + kFromNextTurnOn};
             })});
}

void addTurns(CommandTable& table, const SharedDesk& desk, const ModelDoors& doors) {
  table.add({"next",
             {},
             "Another answer to the same call, at the next bar line.",
             wish(desk, [doors](WishDesk&, const Arguments&) {
               if (!doors.again())
                 return CommandReply{false, "The bridge has no room for a command right now; please try again."};
               return CommandReply{true, "another answer to the same call, at the next bar line"};
             })});
  table.add(
      {"keep", {}, "Saves the last call and its answer as a MIDI file.", wish(desk, [](WishDesk& d, const Arguments&) {
         const auto turn = d.lastTurn();
         if (!turn) return CommandReply{false, "There is no answer to keep yet."};
         const auto path = freeName();
         try {
           writePhraseFile(path, turn->call.meter, turn->tempo,
                           {{"Call", turn->call, {}}, {"Answer", turn->answer, turn->call.length()}});
         } catch (const std::exception& error) {
           return CommandReply{false, error.what()};
         }
         return CommandReply{true, "kept as " + path.string()};
       })});
  table.add(
      {"model",
       {{"path", Command::Text{kLongestPath}}},
       "Plays with the model in this file, from the next turn; built-in: with the one in the program.",
       wish(desk, [](WishDesk& d, const Arguments& given) {
         if (d.read().aria)
           return CommandReply{false, "An Aria checkpoint plays; another model takes another start, with --model."};
         try {
           const std::string& path = given.text("path");
           if (path != "built-in" && isAria(Safetensors{std::filesystem::path{path}}))
             return CommandReply{false, path + ": an Aria checkpoint; start with --checkpoint to play with it"};
           const auto playing = d.read().model;
           const auto thinking = playing != nullptr ? playing->thinking() : compute::Thinking{};
           auto model = path == "built-in" ? NativeModel::embedded(thinking) : NativeModel::load(path, thinking);
           const std::string name = model->name();
           d.change([&](Wishes& w) { w.model = std::move(model); });
           return CommandReply{true, "model " + name + kFromNextTurnOn};
         } catch (const std::exception& error) {
           return CommandReply{false, std::string{error.what()} + "; the model that plays stays"};
         }
       })});
}

}  // namespace

void addModelCommands(CommandTable& table, std::shared_ptr<WishDesk> desk, ModelDoors doors) {
  table.topic("answers");
  addMusic(table, desk);
  addChance(table, desk);
  addTurns(table, desk, doors);
}

}  // namespace antiphon
