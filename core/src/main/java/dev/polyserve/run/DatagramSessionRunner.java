package dev.polyserve.run;

import dev.polyserve.conversation.Conversation;
import dev.polyserve.io.DatagramSession;
import dev.polyserve.spi.ServerProvider;

/// A [Runner] that serves sessions of datagrams, too: those of the models without worker processes do.
///
/// **Thread**: the accept loop's.
interface DatagramSessionRunner {
    /// Prepares the conversation of a session, without beginning it.
    Runner.Prepared prepare(DatagramSession session, Conversation.Identity identity, ServerProvider.Sessions how);
}
