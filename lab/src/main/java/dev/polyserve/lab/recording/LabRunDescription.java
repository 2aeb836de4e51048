package dev.polyserve.lab.recording;

/// The description of a run at one moment: everything but its events.
///
/// @param micros when, in microseconds since the run's start
/// @param object the run without its events, as JSON
public record LabRunDescription(long micros, String object) implements LabRecordingItem {
    @Override
    public String json() {
        return "{\"head\":" + object + "}";
    }
}
