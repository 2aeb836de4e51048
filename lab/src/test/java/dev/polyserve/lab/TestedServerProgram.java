package dev.polyserve.lab;

import dev.polyserve.lab.server.LabServer;
import dev.polyserve.program.TestProgram;

/// The program of the lab's servers, as tests start it.
///
/// **Thread**: any.
public final class TestedServerProgram {
    private TestedServerProgram() {}

    /// The servers start from a cache of classes, and are not optimized.
    public static LabServerProgram forAShortLife() {
        return new LabServerProgram(TestProgram.command(LabServerProgram.OPTIONS, LabServer.class));
    }
}
