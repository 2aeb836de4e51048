package dev.polyserve.lab.client;

import dev.polyserve.lab.work.Work;

/// The behaviour of a client in a run. The label is its name in a recording.
///
/// **Thread**: any.
public enum ClientRole {
    /// It talks for some seconds with pauses, leaves, and comes again.
    TALKER("talker", new Work.Echo()),
    /// It asks for computing, again and again.
    COMPUTING("computing", new Work.Compute(300)),
    /// It asks the handler to sleep, again and again.
    SLEEPING("sleeping", new Work.Sleep(500)),
    /// It asks for more bytes than the buffers of the kernel hold, and reads them slowly.
    SLOW("slow", new Work.Flood(16 << 20)),
    /// It comes at the same moment as the others, asks once and leaves, again and again.
    BURST("burst", new Work.Echo()),
    /// It talks for two seconds, and asks for what ends the process that serves it; it does not come again.
    CRASHING("crashing", new Work.Crash()),
    /// It connects and says nothing.
    SILENT("silent", new Work.Echo());

    private final String label;
    private final Work work;

    ClientRole(String label, Work work) {
        this.label = label;
        this.work = work;
    }

    /// Its name in a recording.
    public String label() {
        return label;
    }

    /// What it asks for.
    Work work() {
        return work;
    }
}
