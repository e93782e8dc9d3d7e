"""The office: who holds which, whose law applies, who must agree, how mistakes are mended."""
