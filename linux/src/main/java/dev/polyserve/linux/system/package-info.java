/// System calls of Linux by `java.lang.foreign`: one typed method per call, which returns the call's value or `-errno`.
///
/// All go through one function of the C library, `syscall(2)`, and so through one shape: a shape costs milliseconds at
/// start, a call some nanoseconds. What differs between x86-64 and aarch64 (numbers, one layout) is chosen at run time. None
/// is linked as *critical*: that would save two nanoseconds of a microsecond or more, for which the collector of the
/// whole program would then have to wait.
///
/// **Threads**: any; the [dev.polyserve.linux.system.CallMemory] of a call belongs to one at a time. A call that waits must
/// not be made on a virtual thread, whose carrier it would hold.
///
/// **Depends on** the JDK.
@NullMarked
package dev.polyserve.linux.system;

import org.jspecify.annotations.NullMarked;
