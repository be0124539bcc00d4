// From a checkpoint that plays back to learning: what it knows is where learning begins.
#pragma once

#include "model/native_model.hpp"
#include "model/torch/door.hpp"
#include "model/training/learning_state.hpp"

namespace antiphon {

/// Gives the net the model's weights, and tells what they have been through. The net has to be of the model's shape, or
/// deeper: layers on top of the model's add nothing until they have learnt what to add.
/// What the optimizer remembered is not in a checkpoint; a hundred steps of warm-up bring it back.
LearningProgress beginFrom(const NativeModel& model, torch_door::Net& net);

/// The net's weights become the mean of its own and the model's that it began from (layers that the model lacks stay as
/// they are). What both know stays, and what each
/// knows by heart fades: the mean is better at music that neither has heard (docs/model.md).
void meetHalfway(const NativeModel& model, torch_door::Net& net);

}  // namespace antiphon
