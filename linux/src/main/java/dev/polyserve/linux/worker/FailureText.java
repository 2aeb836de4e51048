package dev.polyserve.linux.worker;

import java.util.List;

/// What was thrown in a worker, as text: its class need not be loaded here, and nothing is deserialised.
///
/// @param text what its `toString` says
/// @param message what its message says
/// @param stack where it came from
record FailureText(String text, String message, List<Frame> stack) {
    private static final int MOST_FRAMES = 100;
    /// Longer texts are cut, so that every failure fits into a message.
    private static final int MOST_CHARACTERS = 4096;

    /// One line of a stack.
    record Frame(String type, String method, String file, int line) {}

    static FailureText of(Throwable thrown) {
        return new FailureText(cut(String.valueOf(thrown)), cut(String.valueOf(thrown.getMessage())),
                frames(List.of(thrown.getStackTrace())));
    }

    /// A stack without anything thrown.
    static FailureText of(List<StackTraceElement> stack) {
        return new FailureText("", "", frames(stack));
    }

    private static String cut(String text) {
        return text.length() <= MOST_CHARACTERS ? text : text.substring(0, MOST_CHARACTERS) + "…";
    }

    private static List<Frame> frames(List<StackTraceElement> stack) {
        return stack.stream().limit(MOST_FRAMES).map(frame -> new Frame(frame.getClassName(), frame.getMethodName(),
                String.valueOf(frame.getFileName()), frame.getLineNumber())).toList();
    }

    StackTraceElement[] elements() {
        return stack.stream().map(frame -> new StackTraceElement(frame.type, frame.method, frame.file, frame.line))
                .toArray(StackTraceElement[]::new);
    }

    /// As something to be thrown or logged here.
    WorkerFailure asThrowable() {
        return new WorkerFailure(this);
    }
}
