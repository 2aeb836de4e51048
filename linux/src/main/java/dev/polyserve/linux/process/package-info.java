/// Other programs: started with exactly the descriptors they are to have, ended, and never waited for by accident.
///
/// **Threads**: a [dev.polyserve.linux.process.Program] is a value; starting one takes about as long as `exec` does and may
/// happen on any thread; a [dev.polyserve.linux.process.Child] may be used by any, too.
///
/// **Depends on** the sockets of this module, for descriptors that loops watch, and its system calls.
@NullMarked
package dev.polyserve.linux.process;

import org.jspecify.annotations.NullMarked;
