// From a checkpoint that plays back to learning: what it knows is where learning begins.
#pragma once

#include "model/native_model.hpp"
#include "model/torch/door.hpp"
#include "model/training/learning_state.hpp"

namespace antiphon {

/// Gives the net the model's weights, and tells what they have been through. The net has to be of the model's shape.
/// What the optimizer remembered is not in a checkpoint; a hundred steps of warm-up bring it back.
LearningProgress beginFrom(const NativeModel& model, torch_door::Net& net);

}  // namespace antiphon
