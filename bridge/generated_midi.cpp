#include "bridge/generated_midi.hpp"

#include "bridge/phrase_file.hpp"

namespace antiphon {

std::vector<std::uint8_t> midiOf(const Generated& generated) {
  std::string name{antiphon::name(generated.style.part)};
  name.front() = static_cast<char>(name.front() - 'a' + 'A');
  const std::string file = phraseFile(generated.phrase.meter, generated.tempo,
                                      {{.name = name, .phrase = generated.phrase, .program = generated.program}});
  return {file.begin(), file.end()};
}

}  // namespace antiphon
