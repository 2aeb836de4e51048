package dev.polyserve.conversation;

import dev.polyserve.Tls;
import java.io.IOException;
import java.util.Optional;

/// The other processes that have to do with the certificates of a server: those of a supervisor are its workers, that of a
/// worker is its supervisor.
///
/// **Thread**: any.
public interface RemoteCertificates {
    /// None: the server is one process.
    RemoteCertificates NONE = new RemoteCertificates() {};

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
