// How the machine shares its cores among our threads.
#pragma once

namespace ordo::system {

// The calling thread asks for short turns on a core: it is given one sooner after it wakes, and
// gives it up sooner. For a thread that others wait for and that often waits itself. Needs no
// privilege; Linux before 6.12 pays no heed to it.
void ask_for_short_turns() noexcept;

}  // namespace ordo::system
