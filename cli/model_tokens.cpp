#include "cli/model_tokens.hpp"

#include <charconv>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "cli/call_file.hpp"
#include "cli/exit.hpp"
#include "model/aria/decoder.hpp"
#include "model/aria/tokens.hpp"
#include "model/improviser.hpp"
#include "model/native_model.hpp"

namespace antiphon {
namespace {

using Json = nlohmann::ordered_json;

/// Its tensors' names and sizes decide; a native checkpoint says so in its own words.
Safetensors openAria(const std::string& path) {
  Safetensors file{std::filesystem::path{path}};
  if (const auto said = file.metadata().find("architecture");
      said != file.metadata().end() && said->second == kNativeArchitecture) {
    throw UsageError{path + ": its steps are whole notes, not flat tokens; leave --checkpoint out"};
  }
  return file;
}

int printNative(const TokensWish& wish) {
  const Phrase call = readCall(wish.midi, wish.callMeasures).phrase;
  const std::vector<Note> voice = leadingVoice(call.notes);
  const GridPhrase heard = onGrid({call.meter, call.bars, voice});
  const Part part = partOfCall(heard, voice.front().channel == kDrumChannel);
  native::StepWriter writer{{call.meter, part, part, 0, 1}};
  Json ids = Json::array();
  for (const native::Step& step : native::opening(writer, {}, heard)) ids.push_back(step.in);
  if (wish.json) {
    std::printf("%s\n", Json{{"vocabulary", native::fingerprint(NativeModel::embedded()->style().size())}, {"ids", ids}}
                            .dump()
                            .c_str());
    return kExitOk;
  }
  for (const Json& step : ids) std::printf("%s\n", step.dump().c_str());
  return kExitOk;
}

int printAria(const TokensWish& wish) {
  const AriaShape shape = shapeOf(openAria(wish.checkpoint));
  const std::vector<int> ids = ariaTokens(std::filesystem::path{wish.midi});
  if (wish.json) {
    std::printf("%s\n", Json{{"vocabulary", shape.vocabulary}, {"ids", ids}}.dump().c_str());
    return kExitOk;
  }
  for (const int id : ids) std::printf("%d %s\n", id, ariaText(id).c_str());
  return kExitOk;
}

std::vector<int> idsOf(const std::string& text) {
  std::vector<int> ids;
  const char* at = text.data();
  const char* const end = at + text.size();
  while (true) {
    int id = 0;
    const auto [after, error] = std::from_chars(at, end, id);
    if (error != std::errc{}) throw UsageError{"--ids: whole numbers with commas between them, such as 1,2,3"};
    ids.push_back(id);
    if (after == end) return ids;
    if (*after != ',') throw UsageError{"--ids: whole numbers with commas between them, such as 1,2,3"};
    at = after + 1;
  }
}

}  // namespace

int printTokens(const TokensWish& wish) {
  try {
    return wish.checkpoint.empty() ? printNative(wish) : printAria(wish);
  } catch (const MidiFileError& error) {
    throw UsageError{error.what()};
  } catch (const SafetensorsError& error) {
    throw UsageError{error.what()};
  }
}

int writeLogits(const LogitsWish& wish) {
  const std::vector<int> ids = idsOf(wish.ids);
  try {
    const auto weights = std::make_shared<const AriaWeights>(
        loadAria(openAria(wish.checkpoint), {}, {.format = *compute::formatCalled(wish.quant)}));
    AriaDecoder decoder{weights};
    const auto width = static_cast<std::size_t>(weights->shape.vocabulary);
    std::vector<TensorToWrite> tensors;
    tensors.push_back(
        {"logits", TensorType::f32, {1, static_cast<std::int64_t>(ids.size()), weights->shape.vocabulary}, {}});
    std::vector<std::byte>& bytes = tensors.front().bytes;
    bytes.reserve(std::min<std::size_t>(ids.size(), kAriaContext) * width * sizeof(float));
    decoder.extend(ids, [&](int, std::span<const float> logits) {
      const auto more = std::as_bytes(logits);
      bytes.insert(bytes.end(), more.begin(), more.end());
    });
    writeSafetensors(wish.out, tensors, {});
    std::printf("%s: logits of %zu tokens, %zu each\n", wish.out.c_str(), ids.size(), width);
    return kExitOk;
  } catch (const SafetensorsError& error) {
    throw UsageError{error.what()};
  } catch (const std::out_of_range& error) {
    throw UsageError{std::string{"--ids: "} + error.what()};
  } catch (const std::length_error& error) {
    throw UsageError{std::string{"--ids: "} + error.what()};
  }
}

}  // namespace antiphon
