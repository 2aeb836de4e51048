package dev.polyserve.lab.recording;

import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/// The kind of an event in a recording. The label is its name in JSON; those of a server are also the labels of
/// `dev.polyserve.record.TimelineEventKind`.
///
/// **Thread**: any.
public enum LabEventKind {
    // The client's side.
    CONNECT("connect"), CONNECTED("connected"), ASKED("asked"), SENT("sent"), RECEIVED("received"), ANSWERED(
            "answered"), ENDED("ended"), FAILED("failed"),
    // The server's side.
    ACCEPTED("accepted"), REFUSED("refused"), TURN("turn"), COMPUTE("compute"), SLEEP("sleep"), WAIT_INPUT(
            "waitInput"), WAIT_OUTPUT("waitOutput"), READ(
                    "read"), WRITTEN("written"), HAND_OFF("handOff"), CLOSED("closed"),
    // The whole server's.
    ACCEPT_FAILED("acceptFailed"), WORKER_STARTED("workerStarted"), WORKER_ENDED("workerEnded"), DROPPED("dropped");

    private static final Map<String, LabEventKind> BY_LABEL = Arrays.stream(values())
            .collect(Collectors.toMap(LabEventKind::label, Function.identity()));

    private final String label;

    LabEventKind(String label) {
        this.label = label;
    }

    /// Its name in JSON.
    public String label() {
        return label;
    }

    /// The kind of this label; empty if there is none.
    public static Optional<LabEventKind> labelled(String label) {
        return Optional.ofNullable(BY_LABEL.get(label));
    }
}
