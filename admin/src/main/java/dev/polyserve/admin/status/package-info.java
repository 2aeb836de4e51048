/// What a server does at one moment, as JSON: [dev.polyserve.admin.status.ServerStatus], its connections
/// ([dev.polyserve.admin.status.ConnectionTable]), and its queues.
///
/// **Threads**: everything here may be used from any thread; nothing waits.
///
/// **Depends on** the public interface of the library and on `dev.polyserve.text`.
@NullMarked
package dev.polyserve.admin.status;

import org.jspecify.annotations.NullMarked;
