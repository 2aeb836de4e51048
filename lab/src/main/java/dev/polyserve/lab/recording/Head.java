package dev.polyserve.lab.recording;

/// What is known of a run besides its events, as it has changed.
///
/// @param micros when, in microseconds since the run's start
/// @param object the run without its events, as JSON
public record Head(long micros, String object) implements Item {
    @Override
    public String json() {
        return "{\"head\":" + object + "}";
    }
}
