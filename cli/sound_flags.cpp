#include "cli/sound_flags.hpp"

#include "cli/exit.hpp"
#include "cli/words.hpp"

namespace antiphon {

SoundFlags::SoundFlags(CLI::App& app, bool always) : always_{always}, click_{always ? "on" : "off"} {
  const std::string sound = "The sound";
  synth_ = app.add_option("--synth", patch_,
                          always ? "An instrument, or a file of commands, for all (default: one for each that suits it)"
                                 : "Play the answers here: on instruments that suit them, this one, or a file's")
               ->expected(0, 1)
               ->group(sound);
  if (!always) app.add_flag("--through", through_, "Play what you play here as well")->group(sound);
  needsSynth_[0] = app.add_option("--click", click_, "Whether the beat is heard (default " + click_ + ")")
                       ->check(oneOf({"on", "off"}))
                       ->group(sound);
  needsSynth_[1] = app.add_option("--period", period_, "Frames that the sound device is given at once (default 256)")
                       ->check(wholeNumber(synth::kLeastPeriod, synth::kMostPeriod))
                       ->group(sound);
  needsSynth_[2] = app.add_option("--rate", rate_, "Frames a second (default: what the sound device likes)")
                       ->check(number(synth::kLowestRate.hertz, synth::kHighestRate.hertz, "frames a second"))
                       ->group(sound);
  needsSynth_[3] =
      app.add_flag("--watch", watch_, "Reload modules of your own when their files are saved")->group(sound);
  app.add_flag("--list-devices", list_, "List the sound devices, and end")->group(sound);
}

std::optional<EnsembleWish> SoundFlags::understand(const RunOptions& options) const {
  if (!always_ && synth_->count() == 0) {
    if (through_) throw UsageError{"--through plays on the synth: add --synth"};
    if (!options.answer.soundDevice.empty())
      throw UsageError{"--device: '" + options.answer.soundDevice.substr(0, 60) +
                       "' is neither cpu nor cuda; to play to a sound device of that name, add --synth"};
    for (const CLI::Option* option : needsSynth_) {
      if (option->count() > 0) throw UsageError{option->get_name() + " is for the synth: add --synth"};
    }
    return {};
  }
  EnsembleWish wish;
  wish.patch = patch_;
  wish.audio = {options.answer.soundDevice, period_};
  if (rate_ > 0) wish.rate = synth::SampleRate{rate_};
  wish.through = always_ || through_;
  wish.click = click_ == "on";
  wish.channel = options.settings.channel;
  wish.meter = options.settings.meter;
  wish.watch = watch_;
  return wish;
}

std::string deviceList() {
  const auto system = synth::systemAudio();
  std::string list;
  for (const synth::DeviceInfo& info : system->devices()) {
    list += synth::textOf(info) + ", " + std::to_string(info.channels) +
            (info.channels == 1 ? " channel, " : " channels, ") + synth::hertzOf({info.usualRate}) +
            (info.isDefault ? ", played to unless another is named" : "") + "\n";
  }
  if (!list.empty()) return list;
  const std::string why{system->without()};
  return (why.empty() ? "There is no sound device on this machine." : why) + "\n";
}

}  // namespace antiphon
