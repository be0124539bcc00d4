#include "model/corpus/gather.hpp"

#include <algorithm>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>

#include "model/corpus/token_set.hpp"
#include "model/style/style_text.hpp"
#include "model/style/style_words.hpp"

namespace antiphon {
namespace {

constexpr int kTextPieces = 800;

std::string word(const nlohmann::json& json, const char* field) {
  const auto found = json.find(field);
  return found != json.end() && found->is_string() ? found->get<std::string>() : std::string{};
}

std::map<std::string, PieceFacts> manifestOf(const std::filesystem::path& corpus) {
  const auto path = corpus / "manifest.jsonl";
  std::ifstream in{path};
  if (!in) throw TokenSetError{path.string() + ": cannot be read; it says what each piece is"};
  std::map<std::string, PieceFacts> facts;
  for (std::string line; std::getline(in, line);) {
    const auto json = nlohmann::json::parse(line, nullptr, false);
    if (!json.is_object()) throw TokenSetError{path.string() + ": a line is no JSON object"};
    facts[word(json, "file")] = {word(json, "id"),    word(json, "source"), word(json, "title"),
                                 word(json, "genre"), word(json, "key"),    word(json, "metre")};
  }
  return facts;
}

}  // namespace

Gathered gather(const std::filesystem::path& corpus, const std::filesystem::path& tokens,
                const std::filesystem::path& style, const std::function<void(std::size_t, std::size_t)>& told) {
  const auto facts = manifestOf(corpus);
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator{corpus}) {
    if (entry.is_regular_file() && entry.path().extension() == ".mid") files.push_back(entry.path());
  }
  std::ranges::sort(files);
  TokenSetWriter writer;
  Gathered gathered;
  std::vector<std::string> lines;
  for (std::size_t i = 0; i < files.size(); ++i) {
    if (i % 64 == 0) told(i, files.size());
    const auto inside = files[i].lexically_relative(corpus);
    const std::string source = inside.begin()->string();
    const bool valid = inside.parent_path().filename() == "valid";
    std::string text;
    if (const auto known = facts.find(inside.generic_string()); known != facts.end()) {
      for (const std::string& line : styleLines(known->second)) {
        text += line + "\n";
        if (!valid) lines.push_back(line);
      }
    }
    try {
      const Piece piece = streamsOf(readMidiFile(files[i]));
      if (!piece.streams.empty()) writer.add(piece, source, valid, text);
      ++gathered.pieces;
    } catch (const MidiFileError& e) {
      if (gathered.leftOut++ == 0) gathered.firstLeftOut = e.what();
    }
  }
  if (gathered.pieces == 0) throw TokenSetError{corpus.string() + ": there are no MIDI files in it"};
  const std::string model = learnStyleText(lines, kTextPieces);
  std::ofstream out{style, std::ios::binary};
  out << model;
  out.close();
  if (!out) throw TokenSetError{style.string() + ": cannot be written"};
  writer.write(tokens);
  gathered.notes = writer.notes();
  gathered.textPieces = static_cast<std::size_t>(StyleText{model}.size());
  return gathered;
}

}  // namespace antiphon
