package dev.polyserve.cli.proxy;

import java.util.LinkedHashMap;
import java.util.Map;

/// One upstream at one moment.
///
/// @param endpoint where it is
/// @param up whether it gets clients
/// @param open connections now
/// @param connected connections so far, including those
/// @param failed connects of clients that have failed
/// @param bytesOut bytes sent to it by connections that have ended
/// @param bytesIn bytes received from it by these
public record UpstreamStatus(String endpoint, boolean up, long open, long connected, long failed, long bytesOut,
        long bytesIn) {
    /// `up` or `down`.
    public String state() {
        return up ? "up" : "down";
    }

    /// As members of a JSON object.
    public Map<String, Object> members() {
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("endpoint", endpoint);
        members.put("state", state());
        members.put("active", open);
        members.put("connected", connected);
        members.put("failed", failed);
        members.put("bytesOut", bytesOut);
        members.put("bytesIn", bytesIn);
        return members;
    }
}
