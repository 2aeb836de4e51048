/// Linux system calls through `java.lang.foreign`: one typed method per call, which returns the call's value or
/// `-errno`.
///
/// All of them use one function of seven words, and therefore one signature: a stub of ours or, where there is none, `syscall(2)`
/// of the C library. Programs are started in another way. Linking a signature costs
/// milliseconds at start; a call costs some nanoseconds. The differences between x86-64 and aarch64 (numbers, one
/// layout) are resolved at run time. No call is linked as *critical*. That would save two nanoseconds of a microsecond
/// or more, and the garbage collector would have to wait for the call.
///
/// **Threads**: any; the [dev.polyserve.linux.system.SystemCallMemory] of a call belongs to one thread at a time. A
/// blocking call must not run on a virtual thread, because it would hold the carrier.
///
/// **Depends on** the JDK.
@NullMarked
package dev.polyserve.linux.system;

import org.jspecify.annotations.NullMarked;
