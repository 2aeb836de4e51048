/// The page of the lab: an HTTP endpoint on loopback that shows the runs of a [dev.polyserve.lab.Lab], starts them, and
/// saves one as a file.
///
/// ```
///   LabPageServer ──▶ LabPageHandler ──▶ LabPageFiles ──▶ the page, a saved page (SavedLabPage)
///                           └──▶ LabRunEventSource ──▶ LabRun
/// ```
///
/// The page is in the resources of this package. `lanes.js` computes what is drawn from the recorded events, `moments.js`
/// finds what is worth a look, `draw.js` draws, `panel.js` and `model.js` show a server and a model, `page.js` starts it.
///
/// **Threads**: each exchange has a virtual thread of the JDK's own scheduler.
///
/// **Depends on** `dev.polyserve.lab`, `dev.polyserve.admin.http` and the public interface of the library.
@NullMarked
package dev.polyserve.lab.page;

import org.jspecify.annotations.NullMarked;
