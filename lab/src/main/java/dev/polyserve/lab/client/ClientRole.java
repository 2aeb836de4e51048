package dev.polyserve.lab.client;

import dev.polyserve.lab.work.WorkRequest;

/// The behaviour of a client in a run. The label is its name in a recording.
///
/// **Thread**: any.
@SuppressWarnings("ImmutableEnumChecker") // the requests are records of numbers
public enum ClientRole {
    /// It talks for some seconds with pauses, leaves, and comes again.
    TALKER("talker", new WorkRequest.Echo()),
    /// It asks for computing, again and again.
    COMPUTING("computing", new WorkRequest.Compute(300)),
    /// It asks the handler to sleep, again and again.
    SLEEPING("sleeping", new WorkRequest.Sleep(500)),
    /// It asks for more bytes than the buffers of the kernel hold, and reads them slowly.
    SLOW("slow", new WorkRequest.Flood(16 << 20)),
    /// It comes at the same moment as the others, asks once and leaves, again and again.
    BURST("burst", new WorkRequest.Echo()),
    /// It talks for two seconds, and asks for what ends the process that serves it; it does not come again.
    CRASHING("crashing", new WorkRequest.Crash()),
    /// It connects and says nothing.
    SILENT("silent", new WorkRequest.Echo());

    private final String label;
    private final WorkRequest work;

    ClientRole(String label, WorkRequest work) {
        this.label = label;
        this.work = work;
    }

    /// Its name in a recording.
    public String label() {
        return label;
    }

    /// What it asks for.
    WorkRequest work() {
        return work;
    }
}
