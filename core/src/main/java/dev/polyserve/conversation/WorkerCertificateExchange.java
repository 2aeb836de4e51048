package dev.polyserve.conversation;

import dev.polyserve.Tls;
import java.io.IOException;
import java.util.Optional;

/// The exchange between a supervisor and its workers about a server's certificates: new ones for the workers, and why a
/// worker cannot use them.
///
/// **Thread**: any.
public interface WorkerCertificateExchange {
    /// None: the server is one process.
    WorkerCertificateExchange NONE = new WorkerCertificateExchange() {};

    /// Has the workers take these certificates, once one of them has read the keys.
    ///
    /// @return why they cannot, in one sentence; empty when they do
    /// @throws IOException with one sentence, when none of them answers
    default Optional<String> refuse(Tls other) throws IOException {
        return Optional.empty();
    }

    /// Tells the supervisor that this worker cannot start with the certificates of the program.
    ///
    /// @param why one sentence
    default void cannotStart(String why) {
        // The program gets it as an exception.
    }
}
