"""nbgrader's settings for this course; stock `nbgrader`, formgrader and `servicelab grade` all read this file."""

from pathlib import Path

import nbgrader

import servicelab
from servicelab.course.handin import COURSE_ID, EVIDENCE, MANIFEST, TRAINEE, answers_file
from servicelab.grading.steps import GRADING, READS, SANITIZING
from servicelab.i18n import MARKER
from servicelab.publish.nbgrader_rules import nbgrader_settings

c = get_config()  # noqa: F821 - traitlets puts it here
here = Path(__file__).resolve().parent

# What publishing strips by and what grading compares with must be the same.
c.merge(nbgrader_settings())

c.CourseDirectory.course_id = COURSE_ID
c.CourseDirectory.root = str(here)

# The exchange for people who share this machine. Trainees elsewhere send the zip that Submit makes.
c.Exchange.root = str(here / "exchange")

# A learner's own files are never replaced by the source's, should one ever stand there by mistake.
c.Autograde.exclude_overwriting = {
    folder.name: [
        MARKER,
        TRAINEE,
        MANIFEST,
        EVIDENCE,
        *(answers_file(notebook.stem) for notebook in folder.glob("*.ipynb")),
    ]
    for folder in (here / "source").glob("*/")
}

# What is graded is the page that was handed out, with what its trainee filled in and added: copied, deleted, moved or
# unlocked cells cost nobody points. What was put right is written into the graded notebook. Of a notebook that cannot
# be opened the answers file is marked.
c.Autograde.exporter_class = READS
# The steps of a pass are ours and nbgrader's, so what they leave is checked once, when they are through.
c.SubmittedExporter.optimistic_validation = True
c.Autograde.sanitize_preprocessors = list(SANITIZING)

# A cell may take half a minute, a notebook four; a kernel that dies or does not stop costs only the cells after it.
# A test's points are what the test itself gave, judged apart from what is shown (docs/grades.md); without the two steps
# of ours nbgrader's own Execute and SaveAutoGrades score honest work the same. A person's mark stays with its text.
c.Autograde.autograde_preprocessors = list(GRADING)
c.Execute.timeout = 30
c.BoundedExecute.notebook_timeout = 240

# Feedback without hidden tests, mark schemes and model answers, as one page that needs nothing from the network.
c.GenerateFeedback.preprocessors = [
    "nbgrader.preprocessors.GetGrades",
    "servicelab.grading.scrub.ScrubFeedback",
]
c.GenerateFeedback.exporter_class = "servicelab.grading.page.FeedbackExporter"

# Formgrader's pages load nothing from the network either: ours stand before nbgrader's own, which ask for MathJax.
formgrader = Path(nbgrader.__file__).parent / "server_extensions" / "formgrader" / "templates"
c.HTMLExporter.extra_template_basedirs = [
    str(Path(servicelab.__file__).parent / "grading" / "templates" / "offline"),
    str(formgrader),
]
c.HTMLExporter.extra_template_paths = [str(formgrader)]

# What trainees wrote is shown, and never runs: in formgrader, and in nbgrader's own look of feedback.
c.HTMLExporter.preprocessors = ["servicelab.grading.inert.Inert"]
c.HTMLExporter.filters = {
    "markdown2html": "servicelab.grading.inert.markdown_filter",
    "highlight_code": "servicelab.grading.inert.code_filter",
    "clean_html": "servicelab.grading.inert.clean_filter",
}
c.HTMLExporter.sanitize_html = True
