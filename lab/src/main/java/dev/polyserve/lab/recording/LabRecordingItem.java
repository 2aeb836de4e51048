package dev.polyserve.lab.recording;

/// An item of a recording: an event, the figures of a server, or the description of the run.
///
/// **Thread**: any; it is a value.
public sealed interface LabRecordingItem permits LabEvent, LabServerSample, LabRunDescription {
    /// When it was, in microseconds since the run's start.
    long micros();

    /// A JSON object with one member, which is named after the kind of item.
    String json();
}
