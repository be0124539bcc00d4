#include "bridge/command_table.hpp"

#include <algorithm>
#include <exception>
#include <nlohmann/json.hpp>
#include <optional>
#include <stdexcept>
#include <utility>

#include "scheduler/spelling.hpp"

namespace antiphon {
namespace {

using CommandReply = Command::Reply;
using Word = CommandTable::Word;

constexpr std::size_t kLongestQuote = 40;
constexpr std::size_t kLongestCompared = 64;  // of a name worth comparing

bool continuesCharacter(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

/// What was given, for a sentence: bounded, and cut between characters.
std::string asGiven(std::string_view text) {
  if (text.size() <= kLongestQuote) return "\"" + std::string{text} + "\"";
  std::size_t size = kLongestQuote;
  while (size > 0 && continuesCharacter(text[size])) --size;
  return "\"" + std::string{text.substr(0, size)} + "...\"";
}

/// The size of the UTF-8 character that `text` begins with; 0 when it begins with none.
std::size_t characterSize(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const std::size_t size = byte(0) < 0x80   ? 1
                           : byte(0) < 0xC2 ? 0
                           : byte(0) < 0xE0 ? 2
                           : byte(0) < 0xF0 ? 3
                           : byte(0) < 0xF5 ? 4
                                            : 0;
  if (size > text.size()) return 0;
  for (std::size_t i = 1; i < size; ++i) {
    if (!continuesCharacter(text[i])) return 0;
  }
  if (size == 3 && ((byte(0) == 0xE0 && byte(1) < 0xA0) || (byte(0) == 0xED && byte(1) > 0x9F))) return 0;
  if (size == 4 && ((byte(0) == 0xF0 && byte(1) < 0x90) || (byte(0) == 0xF4 && byte(1) > 0x8F))) return 0;
  return size;
}

bool isPlainText(std::string_view text) {
  while (!text.empty()) {
    const std::size_t size = characterSize(text);
    const auto first = static_cast<unsigned char>(text[0]);
    if (size == 0 || first < 0x20 || first == 0x7F) return false;
    text.remove_prefix(size);
  }
  return true;
}

bool isSpace(char c) { return c == ' ' || c == '\t'; }

/// Nothing when a quotation mark is left open.
std::optional<std::vector<Word>> split(std::string_view line) {
  std::vector<Word> words;
  for (std::size_t i = 0; i < line.size();) {
    if (isSpace(line[i])) {
      ++i;
      continue;
    }
    Word word;
    bool inQuotes = false;
    for (; i < line.size() && (inQuotes || !isSpace(line[i])); ++i) {
      if (line[i] == '"') {
        inQuotes = !inQuotes;
      } else if (inQuotes && line[i] == '\\' && i + 1 < line.size() && (line[i + 1] == '"' || line[i + 1] == '\\')) {
        word.text += line[++i];
      } else if (!inQuotes && line[i] == '=' && word.key.empty() && !word.text.empty()) {
        word.key = std::exchange(word.text, {});
      } else {
        word.text += line[i];
      }
    }
    if (inQuotes) return std::nullopt;
    words.push_back(std::move(word));
  }
  return words;
}

/// How far what was asked for is from a name. Its beginning is near it, and so is one of its words.
std::size_t farness(std::string_view asked, std::string_view known) {
  if (known.find(asked) != std::string_view::npos) return 0;
  std::size_t least = editsBetween(asked, known);
  for (std::size_t from = 0; from <= known.size();) {
    const std::size_t end = std::min(known.find('-', from), known.size());
    least = std::min(least, editsBetween(asked, known.substr(from, end - from)) + 1);
    from = end + 1;
  }
  return least;
}

/// The parameter that a word is for: by its key, or the next that has none yet; else the one that takes the rest.
const Command::Parameter* parameterFor(const Word& word, const Command& command, const Command::Arguments& arguments) {
  for (const auto& parameter : command.parameters) {
    if (std::holds_alternative<Command::Rest>(parameter.kind)) return &parameter;
    if (word.key.empty() ? !arguments.has(parameter.name) : parameter.name == foldedName(word.key)) return &parameter;
  }
  return nullptr;
}

/// Gives every value its parameter. The sentence says what is wrong; empty when nothing is.
std::string fillIn(const Command& command, std::span<const Word> words, Command::Arguments& arguments) {
  const std::string ending = " (" + command.signature() + ").";
  Command::Words rest;
  for (const Word& word : words) {
    const Command::Parameter* const wanted = parameterFor(word, command, arguments);
    if (wanted == nullptr) {
      if (word.key.empty()) return asGiven(word.text) + " is one value too many" + ending;
      return command.name + " has no parameter " + asGiven(word.key) + ending;
    }
    if (const auto* is = std::get_if<Command::Rest>(&wanted->kind)) {
      rest.push_back(word);
      if (rest.size() > is->most)
        return command.name + " takes at most " + std::to_string(is->most) + " words" + ending;
      continue;
    }
    if (arguments.has(wanted->name)) return command.name + " was given " + wanted->name + " twice" + ending;
    auto value = wanted->read(word.text);
    if (!value) {
      return command.name + ": " + wanted->name + " is " + wanted->possible() + ", not " + asGiven(word.text) + ending;
    }
    arguments.set(wanted->name, *std::move(value));
  }
  for (const auto& parameter : command.parameters) {
    if (arguments.has(parameter.name)) continue;
    if (std::holds_alternative<Command::Rest>(parameter.kind)) {
      arguments.set(parameter.name, std::move(rest));
      continue;
    }
    if (!parameter.fallback) {
      return command.name + " needs " + parameter.name + ", " + parameter.possible() + ending;
    }
    arguments.set(parameter.name, *parameter.fallback);
  }
  return {};
}

void describe(nlohmann::ordered_json& json, const Command::Integer& is) {
  json.update({{"kind", "integer"}, {"min", is.least}, {"max", is.most}});
}
void describe(nlohmann::ordered_json& json, const Command::Real& is) {
  json.update({{"kind", "real"}, {"min", is.least}, {"max", is.most}});
}
void describe(nlohmann::ordered_json& json, const Command::Choice& is) {
  json.update({{"kind", "choice"}, {"choices", is.names}});
}
void describe(nlohmann::ordered_json& json, const Command::Text& is) {
  json.update({{"kind", "text"}, {"max_length", is.longest}});
}
void describe(nlohmann::ordered_json& json, const Command::Flag&) { json["kind"] = "flag"; }
void describe(nlohmann::ordered_json& json, const Command::Rest& is) {
  json.update({{"kind", "rest"}, {"shape", is.shape}, {"max_words", is.most}});
}

void fallBack(nlohmann::ordered_json& json, const Command::Value& value) {
  if (const auto* number = std::get_if<std::int64_t>(&value)) json["default"] = *number;
  else if (const auto* real = std::get_if<double>(&value)) json["default"] = *real;
  else if (const auto* text = std::get_if<std::string>(&value)) json["default"] = *text;
  else if (const auto* flag = std::get_if<bool>(&value)) json["default"] = *flag;
}

}  // namespace

Word CommandTable::word(std::string_view text) {
  const std::size_t sign = text.find('=');
  const bool named = sign != std::string_view::npos && sign > 0 && text.find_first_of(" \t\"") > sign;
  if (!named) return {{}, std::string{text}};
  return {std::string{text.substr(0, sign)}, std::string{text.substr(sign + 1)}};
}

CommandReply CommandTable::tooLong(std::size_t bytes) {
  return {false, "A command has at most " + std::to_string(kLongestLine) + " bytes; this one has " +
                     std::to_string(bytes) + "."};
}

CommandTable::CommandTable() {
  add({"help",
       {{"command", Command::Text{kLongestCompared}, "", Command::Value{std::string{}}}},
       "Lists the commands, those of a topic, or explains one.",
       [this](const Command::Arguments& arguments) {
         const std::string& name = arguments.text("command");
         const auto all = topics();
         const bool topic = std::ranges::find(all, name) != all.end();
         if (!name.empty() && !topic && !find(name)) return CommandReply{false, unknown(name)};
         return CommandReply{true, helpText(name)};
       }});
}

void CommandTable::add(Command command) {
  if (find(command.name)) throw std::logic_error{"the command " + command.name + " is declared twice"};
  if (command.topic.empty()) command.topic = topic_;
  commands_.push_back(std::move(command));
}

std::vector<std::string> CommandTable::topics() const {
  std::vector<std::string> all;
  for (const Command& command : commands_) {
    if (!command.topic.empty() && std::ranges::find(all, command.topic) == all.end()) all.push_back(command.topic);
  }
  return all;
}

CommandReply CommandTable::run(std::string_view line) {
  while (!line.empty() && (line.back() == '\n' || line.back() == '\r')) line.remove_suffix(1);
  if (line.size() > kLongestLine) return tooLong(line.size());
  const auto words = split(line);
  if (!words) return {false, "A quotation mark is left open."};
  if (words->empty()) return {};
  const Word& first = words->front();
  return run(first.key.empty() ? first.text : first.key + "=" + first.text, std::span{*words}.subspan(1));
}

CommandReply CommandTable::run(std::string_view name, std::span<const Word> values) {
  const bool plain = isPlainText(name) && std::all_of(values.begin(), values.end(), [](const Word& word) {
                       return isPlainText(word.key) && isPlainText(word.text);
                     });
  if (!plain) return {false, "A command is plain UTF-8 text without control characters."};
  const Command* command = find(name);
  if (!command) return {false, unknown(name)};
  Command::Arguments arguments;
  if (auto wrong = fillIn(*command, values, arguments); !wrong.empty()) return {false, std::move(wrong)};
  try {
    return command->handler(arguments);
  } catch (const std::exception& error) {
    return {false, command->name + " failed: " + error.what() + "."};
  }
}

std::string CommandTable::wrongIn(std::string_view line) const {
  if (line.size() > kLongestLine) return tooLong(line.size()).text;
  const auto words = split(line);
  if (!words) return "A quotation mark is left open.";
  if (words->empty()) return {};
  const Word& first = words->front();
  const Command* command = first.key.empty() ? find(first.text) : nullptr;
  if (!command) return unknown(first.key.empty() ? first.text : first.key + "=" + first.text);
  Command::Arguments arguments;
  return fillIn(*command, std::span{*words}.subspan(1), arguments);
}

const Command* CommandTable::find(std::string_view name) const {
  const std::string folded = foldedName(name.substr(0, kLongestCompared + 1));
  const auto found = std::find_if(commands_.begin(), commands_.end(),
                                  [&](const Command& command) { return foldedName(command.name) == folded; });
  return found == commands_.end() ? nullptr : &*found;
}

std::string CommandTable::unknown(std::string_view name) const {
  const std::string asked = foldedName(name.substr(0, kLongestCompared));
  std::vector<std::pair<std::size_t, std::string>> near;
  for (const Command& command : commands_) near.emplace_back(farness(asked, foldedName(command.name)), command.name);
  std::stable_sort(near.begin(), near.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  std::string text = "There is no command " + asGiven(name) + "; the nearest are ";
  const std::size_t shown = std::min<std::size_t>(near.size(), 3);
  for (std::size_t i = 0; i < shown; ++i) text += (i == 0 ? "" : i + 1 == shown ? " and " : ", ") + near[i].second;
  return text + ".";
}

/// Some words are a command and a topic.
std::string CommandTable::helpText(std::string_view name) const {
  const auto all = topics();
  std::string text;
  if (const Command* command = name.empty() ? nullptr : find(name)) {
    text = command->signature() + "\n  " + command->help;
    for (const auto& parameter : command->parameters) text += "\n  " + parameter.name + ": " + parameter.possible();
  }
  if (std::ranges::find(all, name) != all.end()) text += (text.empty() ? "" : "\n\n") + listed(name);
  if (!name.empty()) return text;
  return all.empty() ? listed({}) : topicsText();
}

/// A line for each command of a topic.
std::string CommandTable::listed(std::string_view topic) const {
  std::size_t widest = 0;
  for (const Command& command : commands_) {
    if (command.topic == topic) widest = std::max(widest, command.signature().size());
  }
  std::string text;
  for (const Command& command : commands_) {
    if (command.topic != topic) continue;
    std::string signature = command.signature();
    signature.resize(widest, ' ');
    text += (text.empty() ? "" : "\n") + signature + "  " + command.help;
  }
  return text;
}

/// A line for each topic.
std::string CommandTable::topicsText() const {
  std::string text = "help TOPIC or help COMMAND tells more.";
  for (const std::string& topic : topics()) {
    text += "\n" + topic + ":";
    for (const Command& command : commands_) {
      if (command.topic == topic) text += " " + command.name;
    }
  }
  return text;
}

nlohmann::ordered_json CommandTable::toJson() const {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const Command& command : commands_) {
    nlohmann::ordered_json parameters = nlohmann::ordered_json::array();
    for (const auto& parameter : command.parameters) {
      nlohmann::ordered_json json{{"name", parameter.name}};
      std::visit([&](const auto& is) { describe(json, is); }, parameter.kind);
      if (!parameter.unit.empty()) json["unit"] = parameter.unit;
      if (parameter.fallback) fallBack(json, *parameter.fallback);
      parameters.push_back(std::move(json));
    }
    nlohmann::ordered_json entry{{"name", command.name}, {"help", command.help}, {"params", std::move(parameters)}};
    if (!command.topic.empty()) entry["topic"] = command.topic;
    list.push_back(std::move(entry));
  }
  return list;
}

}  // namespace antiphon
