"""What vendors of news deliver: many articles in one file, each under labels of the vendor's own. docs/vendors.md."""
