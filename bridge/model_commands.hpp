// What can be asked of the model by typing while the music runs.
#pragma once

#include <functional>
#include <memory>

#include "bridge/command_table.hpp"
#include "model/wishes.hpp"

namespace antiphon {

struct ModelDoors {
  std::function<bool()> again;  // answer the same call anew; false: there is no room for it now
};

/// Without a desk another answerer plays, and the commands say so.
void addModelCommands(CommandTable& table, std::shared_ptr<WishDesk> desk, ModelDoors doors);

}  // namespace antiphon
