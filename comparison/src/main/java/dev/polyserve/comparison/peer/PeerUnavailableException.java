package dev.polyserve.comparison.peer;

/// This machine cannot run the peer. The message is the reason, in one sentence.
final class PeerUnavailableException extends Exception {
    PeerUnavailableException(String message) {
        super(message);
    }
}
