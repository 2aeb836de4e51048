package dev.polyserve.record;

/// The kind of a [TimelineEvent]. The label is its name in a recording.
///
/// **Thread**: any.
public enum TimelineEventKind {
    /// The server has accepted the connection.
    ACCEPTED("accepted"),
    /// A connection could not be accepted, and is not known; the text says why.
    ACCEPT_FAILED("acceptFailed"),
    /// It was refused; the text says why.
    REFUSED("refused"),
    /// Its code runs from now on.
    TURN("turn"),
    /// Its code computes from now on, as it says itself.
    COMPUTE("compute"),
    /// Its code sleeps from now on, as it says itself.
    SLEEP("sleep"),
    /// It waits for input from now on.
    WAIT_INPUT("waitInput"),
    /// It waits until the peer takes output from now on.
    WAIT_OUTPUT("waitOutput"),
    /// The server has read bytes.
    READ("read"),
    /// The kernel has accepted bytes.
    WRITTEN("written"),
    /// Another thread goes on with its loop; the text says why.
    HAND_OFF("handOff"),
    /// It is over; the text says why. One without a turn was not served.
    CLOSED("closed");

    private final String label;

    TimelineEventKind(String label) {
        this.label = label;
    }

    /// Its name in a recording.
    public String label() {
        return label;
    }
}
