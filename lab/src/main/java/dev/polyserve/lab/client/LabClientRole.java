package dev.polyserve.lab.client;

import dev.polyserve.lab.work.LabWorkRequest;

/// The behaviour of a client in a run. The label is its name in a recording.
///
/// **Thread**: any.
@SuppressWarnings("ImmutableEnumChecker") // the requests are records of numbers
public enum LabClientRole {
    /// It talks for some seconds with pauses, leaves, and comes again.
    TALKER("talker", new LabWorkRequest.Echo()),
    /// It asks for computing, again and again.
    COMPUTING("computing", new LabWorkRequest.Compute(300)),
    /// It asks the handler to sleep, again and again.
    SLEEPING("sleeping", new LabWorkRequest.Sleep(500)),
    /// It asks for more bytes than the buffers of the kernel hold, and reads them slowly.
    SLOW("slow", new LabWorkRequest.Flood(16 << 20)),
    /// It comes at the same moment as the others, asks once and leaves, again and again.
    BURST("burst", new LabWorkRequest.Echo()),
    /// It talks for two seconds, and asks for what ends the process that serves it; it does not come again.
    CRASHING("crashing", new LabWorkRequest.Crash()),
    /// It connects and says nothing.
    SILENT("silent", new LabWorkRequest.Echo());

    private final String label;
    private final LabWorkRequest work;

    LabClientRole(String label, LabWorkRequest work) {
        this.label = label;
        this.work = work;
    }

    /// Its name in a recording.
    public String label() {
        return label;
    }

    /// What it asks for.
    LabWorkRequest work() {
        return work;
    }
}
